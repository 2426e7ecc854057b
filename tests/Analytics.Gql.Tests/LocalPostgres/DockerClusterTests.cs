// A local cluster in a container. Run where ANALYTICS_TEST_DOCKER=required promises a daemon and ANALYTICS_PG_IMAGE names an image
// that it has, as .ci/checks/docker-postgres does.
using Analytics.LocalPostgres;
using Npgsql;

namespace Analytics.Gql.Tests.LocalPostgres;

[Trait("Category", "Docker")]
public sealed class DockerClusterTests
{
    [DockerFact]
    public async Task A_throwaway_serves_from_a_container_that_is_removed_at_the_end()
    {
        await using var cluster = await StartAsync(folder: null);
        Assert.Contains("Docker container", cluster.Description, StringComparison.Ordinal);
        Assert.Equal("off", await ScalarAsync(cluster.ConnectionString, "show fsync"));
        await cluster.DisposeAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ScalarAsync(cluster.ConnectionString, "select 1"));
    }

    [DockerFact]
    public async Task A_kept_folder_serves_the_same_rows_to_the_next_container()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"analytics-kept-{Guid.NewGuid():n}");
        try
        {
            await using (var first = await StartAsync(folder))
                await ScalarAsync(first.ConnectionString, "create table kept as select 42 as answer");
            await using var second = await StartAsync(folder);
            Assert.Equal(42, await ScalarAsync(second.ConnectionString, "select answer from kept"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<LocalCluster> StartAsync(string? folder) =>
        LocalCluster.StartAsync(new LocalClusterOptions { Folder = folder, Source = PostgresSource.Docker });

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class DockerFactAttribute : FactAttribute
{
    public DockerFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("ANALYTICS_TEST_DOCKER") != "required")
            Skip = "Needs a Docker daemon with an image: run .ci/checks/docker-postgres.";
    }
}

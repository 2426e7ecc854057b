// An import into a folder that another process uses, and into one that nobody does.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Gql.Tests.LocalPostgres;
using Analytics.LocalPostgres;
using Npgsql;

namespace Analytics.Gql.Tests.Demo.Importing;

public sealed class RunningDemoTests : IDisposable
{
    private readonly string _folder = Path.Combine(
        Directory.Exists("/var/tmp") ? "/var/tmp" : Path.GetTempPath(), $"analytics-import-{Guid.NewGuid():n}");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [InstalledPostgresFact]
    public async Task An_import_joins_the_server_of_a_running_demo_and_leaves_it_running()
    {
        using var owner = await Owner.StartAsync(_folder, ("ANALYTICS_PG_SOURCE", "Installed"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "address"), "http://127.0.0.1:5999/");
        var result = await ImportAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Contains($"which another process runs in {_folder}", result.Output, StringComparison.Ordinal);
        Assert.Contains(
            "the demo at http://127.0.0.1:5999/ shows it within seconds:\ncurl -s http://127.0.0.1:5999/graphql",
            result.Output, StringComparison.Ordinal);
        Assert.Equal(8L, await SetsAsync(owner.ConnectionString));
    }

    [InstalledPostgresFact]
    public async Task An_import_starts_the_folders_server_and_stops_it_and_the_rows_are_there_at_the_next_start()
    {
        var result = await ImportAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Contains($"to see it: dotnet run --project src/Analytics.Demo -- --data {_folder}", result.Output, StringComparison.Ordinal);
        await using var cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions { Folder = _folder, Source = PostgresSource.Installed });
        Assert.False(cluster.IsJoined);
        Assert.Equal(8L, await SetsAsync(cluster.ConnectionString));
    }

    private Task<CommandResult> ImportAsync() =>
        Exports.RunAsync(Exports.Bytes("strong-comma.csv"), s => s with { Folder = _folder });

    private static async Task<object?> SetsAsync(string server)
    {
        var connection = new NpgsqlConnectionStringBuilder(server) { Database = "analytics" }.ConnectionString;
        await using var database = NpgsqlDataSource.Create(connection);
        await using var command = database.CreateCommand("select count(*) from core.sets");
        return await command.ExecuteScalarAsync();
    }
}

// What every other test takes for granted about its database.
using Npgsql;

namespace Analytics.Gql.Tests.Fixtures;

[Trait("Category", "Docker")]
public sealed class PostgresServerTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task A_clone_has_the_migrated_schema()
    {
        Assert.NotNull(await fixture.Database.ScalarAsync<string?>("select to_regclass('analytics.refresh_state')::text"));
    }

    [Fact]
    public async Task An_empty_database_has_no_schema_of_ours()
    {
        await using var empty = await (await PostgresServer.SharedAsync()).CreateEmptyDatabaseAsync();
        Assert.Null(await empty.ScalarAsync<string?>("select to_regnamespace('analytics')::text"));
    }

    [Fact]
    public async Task What_one_clone_writes_no_other_sees()
    {
        await using var other = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await other.ExecuteAsync("create table public.only_here (id int)");
        Assert.Null(await fixture.Database.ScalarAsync<string?>("select to_regclass('public.only_here')::text"));
        await using var later = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        Assert.Null(await later.ScalarAsync<string?>("select to_regclass('public.only_here')::text"));
    }

    [Fact]
    public async Task Disposing_drops_a_database_that_is_in_use()
    {
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var user = new NpgsqlConnection(database.ConnectionString);
        await user.OpenAsync();
        await database.DisposeAsync();
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;
        Assert.False(await fixture.Database.ScalarAsync<bool>("select exists (select from pg_database where datname = @name)", new { name }));
    }

    [Fact]
    public async Task The_server_is_a_container_when_one_is_required()
    {
        var server = await PostgresServer.SharedAsync();
        if (DockerPostgres.Required)
            Assert.Equal("Docker", server.Source);
        else
            Assert.Contains(server.Source, (string[])["ANALYTICS_TEST_CONNECTION", "Docker", "Local"]);
    }

    /// <summary>A run that is meant for a version must not pass on another.</summary>
    [Fact]
    public async Task The_server_is_of_the_major_version_that_ANALYTICS_TEST_MAJOR_names()
    {
        var version = await fixture.Database.ScalarAsync<string>("show server_version");
        var wanted = Environment.GetEnvironmentVariable("ANALYTICS_TEST_MAJOR") is { Length: > 0 } major ? major : version.Split('.')[0];
        Assert.Equal(wanted, version.Split('.')[0]);
        Assert.True(int.Parse(wanted, System.Globalization.CultureInfo.InvariantCulture) >= Analytics.LocalPostgres.Binaries.OldestMajor);
    }
}

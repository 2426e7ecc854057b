// What every other test takes for granted about its database.
using Npgsql;

namespace Analytics.Gql.Tests.Fixtures;

public sealed class PostgresServerTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task A_clone_has_the_migrated_schema()
    {
        Assert.NotNull(await ScalarAsync(fixture.Database, "select to_regclass('analytics.refresh_state')::text"));
    }

    [Fact]
    public async Task An_empty_database_has_no_schema_of_ours()
    {
        await using var empty = await PostgresServer.CreateEmptyDatabaseAsync();
        Assert.Equal(DBNull.Value, await ScalarAsync(empty, "select to_regnamespace('analytics')::text"));
    }

    [Fact]
    public async Task What_one_clone_writes_no_other_sees()
    {
        await using var other = await PostgresServer.CreateDatabaseAsync();
        await ScalarAsync(other, "create table public.only_here (id int)");
        Assert.Equal(DBNull.Value, await ScalarAsync(fixture.Database, "select to_regclass('public.only_here')::text"));
        await using var later = await PostgresServer.CreateDatabaseAsync();
        Assert.Equal(DBNull.Value, await ScalarAsync(later, "select to_regclass('public.only_here')::text"));
    }

    [Fact]
    public async Task Disposing_drops_a_database_that_is_in_use()
    {
        var database = await PostgresServer.CreateDatabaseAsync();
        await using var user = new NpgsqlConnection(database.ConnectionString);
        await user.OpenAsync();
        await database.DisposeAsync();
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;
        Assert.Equal(0L, await ScalarAsync(fixture.Database, $"select count(*) from pg_database where datname = '{name}'"));
    }

    [Fact]
    [Trait("Category", "Docker")]
    public async Task The_server_is_a_container_when_one_is_required()
    {
        var server = await PostgresServer.GetAsync();
        if (DockerPostgres.Required)
            Assert.Equal("Docker", server.Source);
        else
            Assert.Contains(server.Source, (string[])["ANALYTICS_TEST_CONNECTION", "Docker", "Local"]);
    }

    private static async Task<object?> ScalarAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}

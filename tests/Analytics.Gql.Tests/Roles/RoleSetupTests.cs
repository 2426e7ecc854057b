// The command roles, and that what it gives outlives a migration that makes views and matviews anew.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Migrations;
using Analytics.Store.Roles;
using Npgsql;

namespace Analytics.Gql.Tests.Roles;

public sealed class RoleSetupTests
{
    [Fact]
    public async Task An_older_database_is_handed_over_and_then_there_is_nothing_to_do()
    {
        // Migrated by a superuser who was given no roles: what it made is a superuser's.
        await using var database = await (await PostgresServer.SharedAsync()).CreateEmptyDatabaseAsync();
        await Migrator.MigrateAsync(database.ConnectionString, log: null, CancellationToken.None);
        Assert.NotEqual("analytics_migrator", await OwnerAsync(database));

        var printed = await RolesAsync(database);
        Assert.Contains("alter schema analytics owner to analytics_migrator;", printed.Output, StringComparison.Ordinal);
        Assert.NotEqual("analytics_migrator", await OwnerAsync(database));
        Assert.Equal(0, (await RolesAsync(database, "--apply")).ExitCode);
        Assert.Equal("analytics_migrator", await OwnerAsync(database));
        Assert.Equal("-- nothing to do", (await RolesAsync(database, "--apply")).Output.Trim());

        // What is printed is a script: psql may run it as well.
        await using var scripted = await (await PostgresServer.SharedAsync()).CreateEmptyDatabaseAsync();
        await Migrator.MigrateAsync(scripted.ConnectionString, log: null, CancellationToken.None);
        await scripted.ExecuteAsync((await RolesAsync(scripted)).Output);
        Assert.Equal("-- nothing to do", (await RolesAsync(scripted)).Output.Trim());
    }

    [Fact]
    public async Task A_login_is_made_without_a_password_and_is_a_member_from_then_on()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var login = $"Odd \"name {Guid.NewGuid():n}";
        var quoted = $"\"{login.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        try
        {
            var made = await RolesAsync(database, "--refresher", login, "--apply");
            Assert.Equal((0, ""), (made.ExitCode, made.Errors));
            Assert.DoesNotContain("password", made.Output, StringComparison.OrdinalIgnoreCase);
            Assert.True(await database.ScalarAsync<bool>(
                "select pg_has_role(@login, 'analytics_refresher', 'usage') and pg_has_role(@login, 'analytics_reader', 'usage')", new { login }));
            Assert.Equal("-- nothing to do", (await RolesAsync(database, "--refresher", login)).Output.Trim());
        }
        finally
        {
            await database.ExecuteAsync($"drop role if exists {quoted}");
        }
    }

    [Fact]
    public async Task Privileges_outlive_a_migration_that_makes_everything_anew()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var before = await HeldAsync(database);
        var aggregates = Script.Definitions("aggregates").Select(s => s with { Text = s.Text + "-- changed\n" }).ToList();
        var report = await Migrator.MigrateAsync(
            database.MigratorConnectionString, log: null, CancellationToken.None, new MigrationOptions { Aggregates = aggregates });
        Assert.Equal(3, report.Applied.Count(a => a.StartsWith("definitions/aggregates/", StringComparison.Ordinal)));
        Assert.Equal(before, await HeldAsync(database));
        Assert.Equal("", string.Join("; ", await RoleStatementsAsync(database)));
    }

    [Fact]
    public async Task Nobody_meets_a_new_view_without_its_privileges()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        using var stop = new CancellationTokenSource();
        var reads = Task.Run(async () =>
        {
            await using var connection = new NpgsqlConnection(database.ReaderConnectionString);
            await connection.OpenAsync();
            var count = 0;
            // One by one, as servers send them: several in one transaction hold locks that their next one waits for.
            string[] texts =
            [
                "select count(*) from analytics.weekly_aggregates_current",
                "select count(*) from analytics.weekly_aggregates_live",
                "select count(*) from analytics.freshness(array[gen_random_uuid()], 'INCREMENTAL')",
            ];
            for (; !stop.IsCancellationRequested; count++)
            {
                await using var command = new NpgsqlCommand(texts[count % texts.Length], connection);
                await command.ExecuteNonQueryAsync();
            }
            return count;
        });
        var aggregates = Script.Definitions("aggregates").Select(s => s with { Text = s.Text + "-- changed\n" }).ToList();
        await Migrator.MigrateAsync(
            database.MigratorConnectionString, log: null, CancellationToken.None, new MigrationOptions { Aggregates = aggregates });
        await database.ExecuteAsync("update analytics.schema_definitions set checksum = '' where name like 'refresh/%'");
        await Migrator.MigrateAsync(
            database.MigratorConnectionString, log: null, CancellationToken.None, new MigrationOptions { Aggregates = aggregates });
        await stop.CancelAsync();
        Assert.True(await reads > 0);
    }

    [Fact]
    public async Task Whoever_migrates_what_is_made_belongs_to_the_owner_of_the_schema()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await database.ExecuteAsync("update analytics.schema_definitions set checksum = ''");
        await Migrator.MigrateAsync(database.ConnectionString, log: null, CancellationToken.None);
        Assert.Equal(["analytics_migrator"], await database.QueryAsync<string>("""
            select distinct o.rolname::text from pg_roles as o
            where o.oid in (select c.relowner from pg_class as c where c.relnamespace = 'analytics'::regnamespace
                            union select p.proowner from pg_proc as p where p.pronamespace = 'analytics'::regnamespace)
            """));
    }

    private static Task<IReadOnlyList<string>> HeldAsync(TestDatabase database) => database.QueryAsync<string>("""
        select format('%s %s', c.oid::regclass, c.relacl) from pg_class as c where c.relnamespace = 'analytics'::regnamespace and c.relkind in ('r', 'v', 'm')
        union all
        select format('%s %s', p.oid::regprocedure, p.proacl) from pg_proc as p where p.pronamespace = 'analytics'::regnamespace
        order by 1
        """);

    private static async Task<IReadOnlyList<string>> RoleStatementsAsync(TestDatabase database)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await RoleSetup.StatementsAsync(connection, new RoleLogins(), CancellationToken.None);
    }

    private static Task<string> OwnerAsync(TestDatabase database) => database.ScalarAsync<string>(
        "select o.rolname::text from pg_namespace as n join pg_roles as o on o.oid = n.nspowner where n.nspname = 'analytics'");

    private static Task<CommandResult> RolesAsync(TestDatabase database, params string[] arguments) => ServerProcess.RunAsync(
        ["roles", .. arguments], new Dictionary<string, string> { ["ConnectionStrings__Analytics"] = database.ConnectionString });
}

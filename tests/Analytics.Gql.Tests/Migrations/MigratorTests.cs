// The migrator: from nothing, again, by two nodes at once, with an edited migration, with a changed definition.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Migrations;
using Npgsql;

namespace Analytics.Gql.Tests.Migrations;

public sealed class MigratorTests
{
    [Fact]
    public async Task Two_nodes_that_start_at_once_apply_everything_once()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateEmptyDatabaseAsync();
        var reports = await Task.WhenAll(MigrateAsync(database), MigrateAsync(database));
        Assert.Single(reports, r => r.Applied.Count > 0);
        Assert.Empty((await MigrateAsync(database)).Applied);
    }

    [Fact]
    public async Task A_database_of_the_version_before_keeps_what_it_holds()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateEmptyDatabaseAsync();
        var newest = Script.Migrations[^1];
        await MigrateAsync(database, new MigrationOptions { Migrations = [.. Script.Migrations.SkipLast(1)] });
        var workouts = new Workouts(database);
        var session = await workouts.SessionAsync(await workouts.UserAsync(), "2026-03-04T10:00:00Z");
        // By hand: drain and full refresh are already the next version's.
        await database.ExecuteAsync("""
            refresh materialized view concurrently analytics.session_summary;
            refresh materialized view concurrently analytics.weekly_aggregates;
            delete from analytics.staging_changes
            """);
        await workouts.SetAsync(session, await workouts.ExerciseAsync(), 5, 100m);

        Assert.Equal([newest.Path], (await MigrateAsync(database)).Applied);
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();
        // No gap in the numbers: servers of the version before may be listening.
        Assert.Equal(1, await database.ScalarAsync<long>("select drain_number from analytics.refresh_state"));
        Assert.Equal(500m, await database.ScalarAsync<decimal>("select total_volume_kg from analytics.weekly_aggregates_current"));
    }

    // PostgreSQL replaces no function by one that returns other columns.
    [Fact]
    public async Task A_function_that_told_less_in_the_version_before_is_replaced_and_may_be_called_as_it_might()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await database.ExecuteAsync("""
            drop function analytics.read_versions(uuid[], int[]);
            create function analytics.read_versions(user_ids uuid[], groups int[])
                returns table (grp int, version text, mode text, pending_changes bigint)
                language sql as $$ select 0, '', '', 0::bigint $$;
            revoke all on function analytics.read_versions(uuid[], int[]) from public;
            update analytics.schema_definitions set checksum = '' where name = 'refresh/versions'
            """);
        Assert.Equal(["definitions/refresh/versions.sql"], (await MigrateAsync(database)).Applied);
        await using var reader = NpgsqlDataSource.Create(database.ReaderConnectionString);
        await using var call = reader.CreateCommand("select drain_number from analytics.read_versions(array[gen_random_uuid()], array[0])");
        Assert.Equal(0L, await call.ExecuteScalarAsync());
    }

    // A statement that has planned with a function that is dropped then fails: 'cache lookup failed for function'.
    [Fact]
    public async Task A_function_that_readers_plan_with_is_replaced_in_place()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        const string functions = """
            select string_agg(p.oid::regprocedure || ' ' || p.oid, ', ' order by p.oid) from pg_proc as p
            where has_function_privilege('analytics_reader', p.oid, 'execute') and p.pronamespace = 'analytics'::regnamespace
            """;
        var before = await database.ScalarAsync<string>(functions);
        Assert.Contains("weekly_aggregates_pending", before, StringComparison.Ordinal);
        await database.ExecuteAsync("update analytics.schema_definitions set checksum = '' where name ~ '^(refresh|functions)/'");
        Assert.NotEmpty((await MigrateAsync(database)).Applied);
        Assert.Equal(before, await database.ScalarAsync<string>(functions));
    }

    [Fact]
    public async Task An_older_build_leaves_what_a_newer_one_made_as_it_is()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var aggregates = Script.Definitions("aggregates").Select(s => s with { Text = s.Text + "-- of the older build\n" }).ToList();
        var older = new MigrationOptions { Migrations = [.. Script.Migrations.SkipLast(1)], Aggregates = aggregates };
        Assert.Empty((await MigrateAsync(database, older)).Applied);
        Assert.Empty((await MigrateAsync(database)).Applied);
        Assert.NotEmpty((await MigrateAsync(database, older with { Migrations = null })).Applied);
    }

    [Fact]
    public async Task An_existing_core_is_left_as_it_is()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateEmptyDatabaseAsync();
        await database.ExecuteAsync(Script.Migrations[0].Text);
        await database.ExecuteAsync("alter table core.sessions add column mood text; comment on table core.sessions is 'ours'");
        await MigrateAsync(database);
        var workouts = new Workouts(database);
        await workouts.SessionAsync(await workouts.UserAsync(), "2026-03-04T10:00:00Z");
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();
        Assert.Equal("ours", await database.ScalarAsync<string>("select obj_description('core.sessions'::regclass)"));
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from information_schema.columns where table_schema = 'core' and column_name = 'mood'"));
    }

    [Fact]
    public async Task An_index_whose_building_was_cut_short_is_built_anew_and_the_apps_own_is_left_alone()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateEmptyDatabaseAsync();
        await MigrateAsync(database, new MigrationOptions { Migrations = [.. Script.Migrations.Where(m => m.Number != 3)] });
        await database.ExecuteAsync("""
            create index sets_session on core.sets (set_index);
            create index apps_own on core.sets (reps);
            update pg_index set indisvalid = false where indexrelid in ('core.sets_session'::regclass, 'core.apps_own'::regclass)
            """);
        await MigrateAsync(database);
        Assert.Contains("(session_id)", await database.ScalarAsync<string>(
            "select pg_get_indexdef(indexrelid) from pg_index where indexrelid = 'core.sets_session'::regclass and indisvalid"), StringComparison.Ordinal);
        Assert.True(await database.ScalarAsync<bool>("select to_regclass('core.apps_own') is not null"));
    }

    // Whoever returns has given its locks back: what comes next need not find them taken.
    private const string Locks = """
        select count(*) from pg_locks as l join pg_database as d on d.oid = l.database
        where l.locktype = 'advisory' and d.datname = current_database()
        """;

    [Fact]
    public async Task Changes_staged_before_a_definition_changed_are_in_the_new_view()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var workouts = new Workouts(database);
        var session = await workouts.SessionAsync(await workouts.UserAsync(), "2026-03-04T10:00:00Z");
        var aggregates = Script.Definitions("aggregates").Select(s => s.Name != "session_summary" ? s
            : s with { Text = s.Text.Replace("    t.exercise_ids\nfrom", "    t.exercise_ids,\n    7 as lucky\nfrom", StringComparison.Ordinal) }).ToList();

        var report = await MigrateAsync(database, new MigrationOptions { Aggregates = aggregates });
        Assert.Equal(0, await database.ScalarAsync<long>(Locks));

        // weekly_aggregates reads session_summary_live, so it is rebuilt with it.
        Assert.Contains("definitions/aggregates/weekly_aggregates.sql", report.Applied);
        Assert.Equal(7, await database.ScalarAsync<int>("select lucky from analytics.session_summary_current where session_id = @session", new { session }));
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();
        Assert.True((await workouts.FullRefreshAsync()).Succeeded);
        Assert.Equal(0, await database.ScalarAsync<long>(Locks));
        Assert.Equal("", await database.ScalarAsync<string>(
            "select coalesce(string_agg(relname, ' '), '') from pg_class where relnamespace = 'analytics'::regnamespace and relname ~ '_(next|old)(_|$)'"));
    }

    [Fact]
    public async Task Readers_never_miss_a_view_while_its_definition_changes()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var workouts = new Workouts(database);
        await workouts.SessionAsync(await workouts.UserAsync(), "2026-03-04T10:00:00Z");
        await workouts.FullRefreshAsync();
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            var reads = 0;
            for (; !stop.IsCancellationRequested; reads++)
                Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from analytics.weekly_aggregates_current"));
            return reads;
        });
        for (var i = 0; i < 3; i++)
        {
            var touched = Script.Definitions("aggregates").Select(s => s with { Text = $"{s.Text}\n-- {i}\n" }).ToList();
            await MigrateAsync(database, new MigrationOptions { Aggregates = touched });
        }
        await stop.CancelAsync();
        Assert.True(await reader > 0);
    }

    [Fact]
    public async Task An_edited_migration_is_refused_with_the_remedy()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var edited = Script.Migrations.Select(s => s.Number == 2 ? s with { Text = s.Text + "-- edited" } : s).ToList();
        var error = await Assert.ThrowsAsync<MigrationException>(() => MigrateAsync(database, new MigrationOptions { Migrations = edited }));
        Assert.Contains("0002_refresh.sql was edited", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_definition_that_loses_a_column_is_refused()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var aggregates = Script.Definitions("aggregates").Select(s => s.Name != "session_summary" ? s
            : s with { Text = s.Text.Replace("    s.title,\n", "", StringComparison.Ordinal) }).ToList();
        var error = await Assert.ThrowsAsync<MigrationException>(() => MigrateAsync(database, new MigrationOptions { Aggregates = aggregates }));
        Assert.Contains("'title text' is gone", error.Message, StringComparison.Ordinal);
    }

    private static Task<MigrationReport> MigrateAsync(TestDatabase database, MigrationOptions? options = null) =>
        Migrator.MigrateAsync(database.ConnectionString, log: null, CancellationToken.None, options);
}

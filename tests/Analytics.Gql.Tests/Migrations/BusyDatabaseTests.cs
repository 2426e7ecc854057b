// migrate on a database that is busy: whoever waits for it, because it waits for somebody else, waits no longer than its
// lock time-out.
//
// Measured by PostgreSQL, not by our clock: the others have a lock_timeout of their own, which is the migrator's and what a
// busy machine may add, and a longer wait ends in an error. What they wait for stays open for longer than that.
using Analytics.Gql.Tests.Refresh.Races;
using Analytics.Store.Migrations;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Migrations;

public sealed class BusyDatabaseTests : RaceTest
{
    private const string Insert =
        "insert into core.sessions (user_id, activity_type, started_at) values (@User, 'strength', now())";

    private const int Tries = 8;
    private static readonly TimeSpan Patience = LockTimeout.Wait + TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Writers_pass_while_migrate_waits_for_one_that_stays_open()
    {
        var folded = await FoldedAsync();
        await Database.ExecuteAsync("update analytics.schema_definitions set checksum = '' where name like 'triggers/%'");
        await AssertOthersPassAsync(
            "update core.sessions set title = 'open' where session_id = @Session", folded, Insert);
    }

    [Fact]
    public async Task Readers_pass_while_migrate_waits_for_one_that_stays_open()
    {
        var folded = await FoldedAsync();
        await Database.ExecuteAsync("update analytics.schema_definitions set checksum = '' where name like 'aggregates/%'");
        await AssertOthersPassAsync(
            "select from analytics.session_summary_current where session_id = @Session", folded,
            "select from analytics.session_summary_current where user_id = @User");
    }

    [Fact]
    public async Task Without_the_time_out_they_wait_as_long_as_it_stays_open()
    {
        var folded = await FoldedAsync();
        await using var open = await OpenAsync("update core.sessions set title = 'open' where session_id = @Session", folded);
        var impolite = Task.Run(() => Database.ExecuteAsync(
            "create trigger impolite after insert on core.sessions execute function analytics.stage_everything()"));
        await UntilBlockedAsync();
        var error = await Assert.ThrowsAsync<PostgresException>(() => OthersAsync(Insert, folded, until: impolite));
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, error.SqlState);
        await open.CloseAsync();
        await impolite;
    }

    [Fact]
    public async Task Writers_go_on_while_aggregates_are_made_anew_and_indexes_are_built()
    {
        var folded = await FoldedAsync();
        await Database.ExecuteAsync("""
            insert into core.sessions (user_id, activity_type, started_at)
            select @User, 'strength', timestamptz '2026-01-01' + n * interval '1 hour' from generate_series(1, 5000) as n;
            insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg)
            select s.session_id, @Exercise, n, 5, n from core.sessions as s cross join generate_series(1, 8) as n;
            drop index core.sets_session, core.sessions_user_week, core.sessions_user_started;
            delete from analytics.schema_migrations where number = 3;
            update analytics.schema_definitions set checksum = ''
            """, folded);
        var migration = MigrateAsync(_ => { });
        var writes = await OthersAsync(
            "update core.sets set reps = reps + 1 where set_index = 0 and session_id = @Session", folded, until: migration);
        var report = await migration;
        Assert.Contains("migrations/0003_core_indexes.sql", report.Applied);
        Assert.Equal(3, report.Applied.Count(a => a.StartsWith("definitions/aggregates/", StringComparison.Ordinal)));
        Assert.True(writes > 0);
        Assert.Equal(0, await LostRowsAsync());
    }

    /// <param name="opening">What a transaction has done that stays open.</param>
    /// <param name="others">What others do, again and again, until migrate has given way several times.</param>
    private async Task AssertOthersPassAsync(string opening, Folded folded, string others)
    {
        await using var open = await OpenAsync(opening, folded);
        var tries = 0;
        var gaveWay = new TaskCompletionSource();
        var migration = MigrateAsync(line =>
        {
            if (line.StartsWith("waiting for a lock", StringComparison.Ordinal) && ++tries == Tries)
                gaveWay.SetResult();
        });
        await UntilBlockedAsync(unless: migration);
        Assert.True(await OthersAsync(others, folded, until: gaveWay.Task) > 0);
        Assert.False(migration.IsCompleted);
        await open.CloseAsync();
        await migration;
        Assert.Equal(0, await LostRowsAsync());
    }

    private async Task<NpgsqlConnection> OpenAsync(string statement, Folded folded)
    {
        var connection = await ConnectAsync();
        await connection.ExecuteAsync("begin transaction");
        await connection.ExecuteAsync(statement, folded);
        return connection;
    }

    /// <exception cref="PostgresException">55P03: one of them has waited for a lock for longer than it may.</exception>
    private async Task<int> OthersAsync(string statement, Folded folded, Task until)
    {
        await using var connection = await ConnectAsync();
        await connection.ExecuteAsync($"set lock_timeout = {Patience.TotalMilliseconds}");
        var rounds = 0;
        for (; !until.IsCompleted; rounds++)
            await connection.ExecuteAsync(statement, folded);
        return rounds;
    }

    private Task<MigrationReport> MigrateAsync(Action<string> log) =>
        Task.Run(() => Migrator.MigrateAsync(Database.ConnectionString, log, CancellationToken.None));
}

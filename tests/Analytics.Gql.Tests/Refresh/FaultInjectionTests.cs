// A drain that is cancelled, cut off or out of disk loses nothing and blames no row; a write that cannot be staged fails whole.
// Locks that cannot be had: SetAsideTests. Killed processes: CrashTests.
using Analytics.Gql.Tests.Fixtures;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh;

public sealed class FaultInjectionTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    // The worker's drain, waiting for a lock that the test holds.
    private const string WaitingDrain = """
        from pg_stat_activity as s
        where s.datname = current_database() and s.wait_event_type = 'Lock' and s.query like 'select%analytics.drain(%'
        """;

    private TestDatabase Database => server.Database;

    [Theory]
    [InlineData("pg_cancel_backend", "57014")]
    [InlineData("pg_terminate_backend", "57P01")]
    public async Task A_drain_that_is_ended_from_outside_is_recorded_and_done_again(string end, string sqlState)
    {
        var session = await SessionAsync();
        await using (var holder = await Database.DataSource.OpenConnectionAsync())
        await using (var gate = await holder.BeginTransactionAsync())
        {
            await holder.ExecuteAsync("lock table analytics.session_summary_delta in share mode");
            await server.Workouts.SetAsync(session, await server.Workouts.ExerciseAsync(), 5, 100m);
            await UntilAsync($"select exists (select {WaitingDrain})");
            await Database.ExecuteAsync($"select {end}(s.pid) {WaitingDrain}");
            await UntilAsync($"select exists (select from analytics.refresh_runs where outcome = 'FAILED' and error like '%({sqlState})')");
            Assert.Equal(1, await StagedAsync(session));
            await gate.RollbackAsync();
        }
        await CaughtUpAsync();
        Assert.Equal(500m, await VolumeAsync(session));
        // No lock stayed behind; the worker holds it for a moment now and then.
        await UntilAsync("select pg_try_advisory_xact_lock(analytics.lock_id('drain'))");
    }

    [Fact]
    public async Task A_drain_that_runs_out_of_disk_sets_nothing_aside_and_is_done_again()
    {
        var session = await SessionAsync();
        await using (await DiskFullAsync("analytics.session_summary_delta"))
        {
            await server.Workouts.SetAsync(session, await server.Workouts.ExerciseAsync(), 5, 100m);
            await UntilAsync("select exists (select from analytics.refresh_runs where outcome = 'FAILED' and error like '%(53100)')");
            Assert.Equal(1, await StagedAsync(session));
            Assert.Equal(0, await Database.ScalarAsync<long>("select count(*) from analytics.staging_changes where attempts is not null"));
        }
        await CaughtUpAsync();
        Assert.Equal(500m, await VolumeAsync(session));
    }

    [Fact]
    public async Task A_write_that_cannot_be_staged_fails_as_a_whole()
    {
        var session = await SessionAsync();
        var exercise = await server.Workouts.ExerciseAsync();
        await using (await DiskFullAsync("analytics.staging_changes"))
        {
            await RefusedAsync(() => server.Workouts.SetAsync(session, exercise, 5, 100m));
            await RefusedAsync(() => Database.ExecuteAsync(
                "update core.sessions set started_at = started_at + interval '7 days' where session_id = @session", new { session }));
            await RefusedAsync(() => Database.ExecuteAsync("delete from core.sessions where session_id = @session", new { session }));
            await RefusedAsync(() => Database.ExecuteAsync("truncate core.sets"));
        }
        Assert.Equal(0, await StagedAsync(session));
        Assert.Equal("2026-03-04 with 0 sets", await Database.ScalarAsync<string>("""
            select format('%s with %s sets', s.started_at::date, (select count(*) from core.sets as t where t.session_id = @session))
            from core.sessions as s where s.session_id = @session
            """, new { session }));

        await server.Workouts.SetAsync(session, exercise, 5, 100m);
        await CaughtUpAsync();
        Assert.Equal(500m, await VolumeAsync(session));
    }

    [Fact]
    public async Task A_write_whose_connection_is_lost_before_its_commit_stages_nothing()
    {
        var session = await SessionAsync();
        var exercise = await server.Workouts.ExerciseAsync();
        await using (var writer = new NpgsqlConnection(Database.ConnectionString + ";Pooling=false"))
        {
            await writer.OpenAsync();
            await using var transaction = await writer.BeginTransactionAsync();
            await writer.ExecuteAsync(
                "insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg) values (@session, @exercise, 0, 5, 100)",
                new { session, exercise });
            await Database.ExecuteAsync("select pg_terminate_backend(@pid)", new { pid = writer.ProcessID });
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync());
        }
        await CaughtUpAsync();
        Assert.Equal(0m, await VolumeAsync(session));
    }

    private static async Task RefusedAsync(Func<Task> write)
    {
        var fault = await Assert.ThrowsAsync<PostgresException>(write);
        Assert.Equal(PostgresErrorCodes.DiskFull, fault.SqlState);
    }

    /// <summary>Inserts into the table fail as on a full disk, until the result is disposed of.</summary>
    private async Task<IAsyncDisposable> DiskFullAsync(string table)
    {
        await Database.ExecuteAsync($"""
            create function public.disk_full() returns trigger language plpgsql as
                'begin raise exception ''could not extend file'' using errcode = ''disk_full''; end';
            create trigger disk_full before insert on {table} for each statement execute function public.disk_full();
            """);
        return new Undo(() => Database.ExecuteAsync("drop function public.disk_full() cascade"));
    }

    private sealed class Undo(Func<Task> undo) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await undo();
    }

    private async Task<Guid> SessionAsync()
    {
        var session = await server.Workouts.SessionAsync(await server.Workouts.UserAsync(), "2026-03-04T10:00:00Z");
        await CaughtUpAsync();
        return session;
    }

    private Task<long> StagedAsync(Guid session) => Database.ScalarAsync<long>(
        "select count(*) from analytics.staging_changes where session_id = @session", new { session });

    private Task<decimal> VolumeAsync(Guid session) => Database.ScalarAsync<decimal>(
        "select total_volume_kg from analytics.session_summary_current where session_id = @session", new { session });

    private async Task CaughtUpAsync()
    {
        await UntilAsync("select not exists (select from analytics.staging_changes)");
        await server.Workouts.AssertExactAsync();
    }

    private Task UntilAsync(string condition) => Database.UntilAsync(condition, patienceS: 60);
}

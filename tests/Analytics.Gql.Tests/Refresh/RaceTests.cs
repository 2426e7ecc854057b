// The races that broke simpler engines, each with two connections and no sleep that decides anything.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh;

public sealed class RaceTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private readonly Workouts _workouts = new(fixture.Database);

    [Fact]
    public async Task A_set_inserted_by_a_transaction_that_commits_after_the_drain_is_not_lost()
    {
        var (user, session, exercise) = await SessionAsync();
        await using var late = await fixture.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await InsertSetAsync(late, session, exercise);
        await _workouts.SetAsync(session, exercise, 5, 100m);
        await _workouts.DrainAsync();
        await transaction.CommitAsync();
        Assert.Equal(1, await PendingAsync(user));
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_session_moved_while_a_set_is_inserted_keeps_the_set_and_its_new_owner_is_told()
    {
        var (_, session, exercise) = await SessionAsync();
        var other = await _workouts.UserAsync("Grace");
        await using var late = await fixture.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await InsertSetAsync(late, session, exercise); // hints the former owner
        await fixture.Database.ExecuteAsync(
            "update core.sessions set user_id = @other, started_at = started_at + interval '21 days' where session_id = @session", new { other, session });
        await _workouts.DrainAsync();
        await transaction.CommitAsync();
        Assert.Equal(1, await PendingAsync(other));
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_commit_between_the_full_refresh_and_its_clearing_survives()
    {
        var (user, session, exercise) = await SessionAsync();
        await fixture.Database.ExecuteAsync("update analytics.refresh_state set mode = 'NightlyOnly'");
        await _workouts.SetAsync(session, exercise, 5, 100m);
        var refresh = await FullRefreshInterruptedAsync(() => _workouts.SetAsync(session, exercise, 5, 200m));
        Assert.True(refresh.Succeeded);
        // The first set is in the matview, the second is not, and is said to be missing.
        Assert.Equal(500m, await fixture.Database.ScalarAsync<decimal>("select total_volume_kg from analytics.session_summary where session_id = @session", new { session }));
        Assert.Equal(1, await PendingAsync(user, "MATVIEW"));
        await fixture.Database.ExecuteAsync("update analytics.refresh_state set mode = 'Incremental'");
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_change_during_a_full_refresh_outlives_its_purge()
    {
        var (_, session, exercise) = await SessionAsync();
        var refresh = await FullRefreshInterruptedAsync(() => _workouts.SetAsync(session, exercise, 5, 300m));
        Assert.True(refresh.Succeeded);
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task Two_drains_do_not_run_at_once()
    {
        await using var holder = await fixture.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("select pg_advisory_xact_lock(analytics.lock_id('drain'))");
        Assert.False((await new Drain(fixture.Database.DataSource).RunBatchAsync(CancellationToken.None)).Ran);
    }

    [Fact]
    public async Task A_deleted_session_in_batches_of_one_row_leaves_nothing_behind()
    {
        var (_, session, exercise) = await SessionAsync();
        await _workouts.SetAsync(session, exercise, 5, 100m);
        await _workouts.DrainAsync();
        await fixture.Database.ExecuteAsync("delete from core.sessions where session_id = @session", new { session });
        await new Drain(fixture.Database.DataSource, maxRows: 1).RunUntilEmptyAsync(CancellationToken.None);
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_truncate_makes_everyone_stale_until_a_full_refresh()
    {
        var (user, _, _) = await SessionAsync();
        await fixture.Database.ExecuteAsync("truncate core.sets");
        await _workouts.DrainAsync();
        Assert.Equal(1, await PendingAsync(user));
        Assert.True((await _workouts.FullRefreshAsync()).Succeeded);
        await _workouts.AssertExactAsync();
    }

    /// <summary>Acts after the REFRESHes and before the finish, which waits for the drain's lock that we hold.</summary>
    private async Task<FullRefreshResult> FullRefreshInterruptedAsync(Func<Task> act)
    {
        await using var holder = await fixture.Database.DataSource.OpenConnectionAsync();
        var before = await fixture.Database.ScalarAsync<long>("select count(*) from analytics.refresh_runs where kind = 'FULL'");
        await using var gate = await holder.BeginTransactionAsync();
        // A matview cannot be locked by name; building an index on it holds up its REFRESH just so.
        await holder.ExecuteAsync("create index on analytics.weekly_aggregates (week_start)");
        var refresh = Task.Run(_workouts.FullRefreshAsync);
        await UntilAsync($"select count(*) > {before} from analytics.refresh_runs where kind = 'FULL'");
        await using var drainLock = await fixture.Database.DataSource.OpenConnectionAsync();
        await drainLock.ExecuteAsync("select pg_advisory_lock(analytics.lock_id('drain'))");
        await gate.RollbackAsync();
        await UntilAsync("select exists (select from pg_locks where locktype = 'advisory' and not granted)");
        await act();
        await drainLock.ExecuteAsync("select pg_advisory_unlock(analytics.lock_id('drain'))");
        return await refresh;
    }

    private async Task UntilAsync(string condition)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!await fixture.Database.ScalarAsync<bool>(condition))
            Assert.True(DateTime.UtcNow < deadline, condition);
    }

    private Task<int> PendingAsync(Guid user, string source = "INCREMENTAL") => fixture.Database.ScalarAsync<int>(
        "select pending_changes from analytics.freshness(array[@user], @source)", new { user, source });

    private async Task<(Guid User, Guid Session, Guid Exercise)> SessionAsync()
    {
        var user = await _workouts.UserAsync();
        var session = await _workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await _workouts.DrainAsync();
        return (user, session, await _workouts.ExerciseAsync());
    }

    private static Task<int> InsertSetAsync(NpgsqlConnection connection, Guid session, Guid exercise) => connection.ExecuteAsync(
        "insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg) values (@session, @exercise, 0, 5, 50)", new { session, exercise });
}

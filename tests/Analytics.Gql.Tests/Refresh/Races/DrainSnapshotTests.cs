// Rule 3: the drain takes its lock first, then works in one statement at READ COMMITTED: one snapshot after the lock.
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class DrainSnapshotTests : RaceTest
{
    private const string SameNumberIsNoMatter = "group by state.drain_number, t.user_id\n on conflict do nothing";

    [Fact]
    public async Task A_drain_does_not_work_beside_another()
    {
        await using var holder = await ConnectAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("select pg_advisory_xact_lock(analytics.lock_id('drain'))");
        Assert.False((await new Drain(Database.DataSource).RunBatchAsync(CancellationToken.None)).Ran);
    }

    [Fact]
    public async Task A_drain_that_began_before_another_ended_does_not_undo_its_work()
    {
        await DrainBesideADrainAsync();
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_lock_awaited_inside_the_statement_comes_after_its_snapshot_and_undoes_that_work()
    {
        await ReplaceAsync("analytics.drain",
            ("if not pg_try_advisory_xact_lock(analytics.lock_id('drain')) then", "if false then"));
        await ReplaceAsync("analytics.recompute",
            ("where s.mode = 'Incremental'",
             "where s.mode = 'Incremental' and pg_advisory_xact_lock(analytics.lock_id('drain')) is not null"),
            ("group by state.drain_number, t.user_id", SameNumberIsNoMatter));
        await DrainBesideADrainAsync();
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task A_drain_at_repeatable_read_is_refused_before_it_works()
    {
        await FoldedAsync();
        var error = await Assert.ThrowsAsync<PostgresException>(DrainInAnOlderSnapshotAsync);
        Assert.Equal(PostgresErrorCodes.ActiveSqlTransaction, error.SqlState);
        Assert.Contains("read committed", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Were_it_not_refused_it_would_fail_whenever_another_drain_came_before_it()
    {
        await ReplaceAsync("analytics.drain", ("<> 'read committed'", "<> 'read committed' and false"));
        var error = await Assert.ThrowsAsync<PostgresException>(DrainInAnOlderSnapshotAsync);
        Assert.Equal(PostgresErrorCodes.SerializationFailure, error.SqlState);
    }

    /// <summary>
    /// Of one session, an early change commits late and a later one early. A drain begins while the later one alone is
    /// visible and somebody drains; that one takes the early change, with both in its result; then the first goes on.
    /// </summary>
    private async Task DrainBesideADrainAsync()
    {
        var folded = await FoldedAsync();
        await using var late = await ConnectAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await InsertSetAsync(late, folded);
        await Workouts.SetAsync(folded.Session, folded.Exercise, 5, 120m);

        await using var holder = await ConnectAsync();
        await using var holding = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("select pg_advisory_xact_lock(analytics.lock_id('drain'))");
        var other = Task.Run(() => new Drain(Database.DataSource).RunBatchAsync(CancellationToken.None));
        await UntilBlockedAsync(unless: other); // the engine's returns, the naive one waits

        await transaction.CommitAsync();
        await DrainOnAsync(holder, maxRows: 1);
        await holding.CommitAsync();
        await other;
    }

    private async Task DrainInAnOlderSnapshotAsync()
    {
        var folded = await FoldedAsync();
        await Workouts.SetAsync(folded.Session, folded.Exercise, 5, 120m);
        await using var old = await ConnectAsync();
        await using var snapshot = await old.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await old.ExecuteAsync("select 1");
        await Workouts.DrainAsync();
        await DrainOnAsync(old);
    }
}

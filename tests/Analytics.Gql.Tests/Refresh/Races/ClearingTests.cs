// Rule 4: a full refresh clears the staged rows that it stamped before its REFRESH; not those up to a time, not all.
// And its lock lives on a connection that no pool keeps.
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class ClearingTests : RaceTest
{
    private const string Refresh = """
        refresh materialized view concurrently analytics.session_summary;
        refresh materialized view concurrently analytics.weekly_aggregates;
        refresh materialized view concurrently analytics.personal_records;
        delete from analytics.session_summary_delta; delete from analytics.weekly_aggregates_delta;
        delete from analytics.personal_records_delta
        """;

    [Fact]
    public async Task A_change_that_commits_after_REFRESH_survives_the_clearing_and_is_said_to_be_missing()
    {
        var (folded, pending) = await CommitLateAsync(async commit =>
            Assert.True((await ActBeforeFinishAsync(_ => commit())).Succeeded));
        // The committed set is in the matview, the late one is not.
        Assert.Equal(1, pending);
        Assert.Equal(1100m, await MatviewVolumeAsync(folded));
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_change_that_commits_after_a_whole_full_refresh_survives_it()
    {
        await CommitLateAsync(async commit =>
        {
            Assert.True((await Workouts.FullRefreshAsync()).Succeeded);
            await commit();
        });
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task Clearing_up_to_the_latest_staged_time_loses_that_change()
    {
        var (_, pending) = await CommitLateAsync(async commit =>
        {
            var latest = await Database.ScalarAsync<DateTime>("select max(changed_at) from analytics.staging_changes");
            await Database.ExecuteAsync(Refresh);
            await commit();
            await Database.ExecuteAsync(
                "delete from analytics.staging_changes where changed_at <= @latest", new { latest });
        });
        Assert.Equal(0, pending);
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task Clearing_everything_loses_that_change()
    {
        var (_, pending) = await CommitLateAsync(async commit =>
        {
            await Database.ExecuteAsync(Refresh);
            await commit();
            await Database.ExecuteAsync("delete from analytics.staging_changes");
        });
        Assert.Equal(0, pending);
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task A_full_refresh_leaves_its_lock_to_the_next_one()
    {
        Assert.True((await Workouts.FullRefreshAsync()).Ran);
        Assert.True((await Workouts.FullRefreshAsync()).Ran);
    }

    [Fact]
    public async Task Two_full_refreshes_do_not_run_at_once()
    {
        var ran = true;
        await ActBeforeFinishAsync(async _ => ran = (await Workouts.FullRefreshAsync()).Ran);
        Assert.False(ran);
    }

    [Fact]
    public async Task A_lock_on_a_pooled_connection_outlives_its_full_refresh_and_no_other_can_run()
    {
        await using (var pooled = await ConnectAsync())
            await pooled.ExecuteAsync("select pg_advisory_lock(analytics.lock_id('full-refresh'))");
        Assert.False((await Workouts.FullRefreshAsync()).Ran);
    }

    /// <summary>A set is written, another one committed, a full refresh runs, and in it the first commits.</summary>
    /// <returns>What the matviews then say is pending for the user.</returns>
    private async Task<(Folded, int Pending)> CommitLateAsync(Func<Func<Task>, Task> refresh)
    {
        var folded = await FoldedAsync();
        await new RefreshControl(Database.DataSource).SwitchAsync(RefreshMode.NightlyOnly, CancellationToken.None);
        await using var late = await ConnectAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await InsertSetAsync(late, folded);
        await Workouts.SetAsync(folded.Session, folded.Exercise, 5, 120m);
        await refresh(() => transaction.CommitAsync());
        var pending = await PendingAsync(folded.User, "MATVIEW");
        await new RefreshControl(Database.DataSource).SwitchAsync(RefreshMode.Incremental, CancellationToken.None);
        return (folded, pending);
    }
}

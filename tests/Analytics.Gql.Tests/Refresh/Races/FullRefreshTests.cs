// Rule 4: bump and commit, then REFRESH, then purge the generations before; each in a transaction of its own.
// Rule 3: a drain reads the generation in the statement that writes the delta.
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class FullRefreshTests : RaceTest
{
    private const string PurgeOlder = """
        delete from analytics.session_summary_delta
        where generation < (select generation from analytics.refresh_state);
        delete from analytics.weekly_aggregates_delta
        where generation < (select generation from analytics.refresh_state)
        """;

    [Fact]
    public async Task A_change_drained_between_REFRESH_and_the_purge_outlives_the_purge()
    {
        var folded = await FoldedAsync();
        await RefreshAroundAsync(async connection =>
        {
            await InsertSetAsync(connection, folded);
            await DrainOnAsync(connection);
        });
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_set_inserted_between_REFRESH_and_the_purge_stays_staged()
    {
        var folded = await FoldedAsync();
        await RefreshAroundAsync(connection => InsertSetAsync(connection, folded));
        Assert.Equal(1, await PendingAsync(folded.User));
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_purge_of_all_generations_loses_the_change_that_was_drained_meanwhile()
    {
        var folded = await FoldedAsync();
        await Database.ExecuteAsync("update analytics.refresh_state set generation = generation + 1");
        await using var connection = await ConnectAsync();
        await RefreshViewsAsync(connection);
        await InsertSetAsync(connection, folded);
        await DrainOnAsync(connection);
        await Database.ExecuteAsync("truncate analytics.session_summary_delta, analytics.weekly_aggregates_delta");
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task A_bump_in_the_transaction_of_its_REFRESH_loses_the_change_that_was_drained_meanwhile()
    {
        var folded = await FoldedAsync();
        await using var refreshing = await ConnectAsync();
        await refreshing.ExecuteAsync("select pg_advisory_lock(analytics.lock_id('full-refresh'))");
        await using var transaction = await refreshing.BeginTransactionAsync();
        await refreshing.ExecuteAsync("update analytics.refresh_state set generation = generation + 1");
        await RefreshViewsAsync(refreshing);
        await Workouts.SetAsync(folded.Session, folded.Exercise, 5, 120m);
        var drain = Task.Run(Workouts.DrainAsync);
        await UntilBlockedAsync(); // at the state's row, its delta written with the generation before the bump
        await transaction.CommitAsync();
        await drain;
        await Database.ExecuteAsync(PurgeOlder);
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task A_generation_read_before_the_drains_statement_loses_what_it_drains_to_the_purge()
    {
        var folded = await FoldedAsync();
        var before = await Database.ScalarAsync<long>("select generation from analytics.refresh_state");
        await ReplaceAsync("analytics.recompute", ("select s.generation, ", $"select {before} as generation, "));
        await RefreshAroundAsync(async connection =>
        {
            await InsertSetAsync(connection, folded);
            await DrainOnAsync(connection);
            // The full refresh would stage it once more: a second line of defence that this is not about.
            await connection.ExecuteAsync("delete from analytics.refresh_events");
        });
        Assert.True(await LostRowsAsync() > 0);
    }

    private async Task RefreshAroundAsync(Func<NpgsqlConnection, Task> act) =>
        Assert.True((await ActBeforeFinishAsync(act)).Succeeded);

    private static Task<int> RefreshViewsAsync(NpgsqlConnection connection) => connection.ExecuteAsync("""
        refresh materialized view concurrently analytics.session_summary;
        refresh materialized view concurrently analytics.weekly_aggregates
        """);
}

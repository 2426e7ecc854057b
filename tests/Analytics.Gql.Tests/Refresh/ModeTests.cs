// What each mode says of what it does not contain: the backout plan must be honest too.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Readers;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Tests.Refresh;

public sealed class ModeTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private readonly Workouts _workouts = new(fixture.Database);
    private readonly RefreshControl _control = new(fixture.Database.DataSource);
    private readonly FreshnessReader _freshness = new(fixture.Database.DataSource);

    [Fact]
    public async Task The_matviews_alone_count_as_pending_what_an_earlier_drain_had_folded_in()
    {
        var user = await SessionAsync();
        await _workouts.FullRefreshAsync();
        var night = await fixture.Database.ScalarAsync<DateTime>("select last_full_refresh_at from analytics.refresh_state");
        await _workouts.SessionAsync(user, "2026-03-05T10:00:00Z");
        await _workouts.DrainAsync();

        Assert.Equal(0, (await FreshnessAsync(user, ReadSource.Incremental)).PendingChanges);
        var matview = await FreshnessAsync(user, ReadSource.Matview);
        Assert.True(matview.PendingChanges > 0);
        Assert.True(matview.AsOf <= night, $"{matview.AsOf:O} is later than {night:O}");

        await _workouts.FullRefreshAsync();
        Assert.Equal(0, (await FreshnessAsync(user, ReadSource.Matview)).PendingChanges);
    }

    [Fact]
    public async Task Someone_elses_change_is_not_mine_to_wait_for()
    {
        var (mine, theirs) = (await SessionAsync(), await SessionAsync());
        await _workouts.DrainAsync();
        await _workouts.SessionAsync(theirs, "2026-03-05T10:00:00Z");
        Assert.Equal(0, (await FreshnessAsync(mine, ReadSource.Incremental)).PendingChanges);
        Assert.Equal(1, (await FreshnessAsync(theirs, ReadSource.Incremental)).PendingChanges);
        await _workouts.DrainAsync();
    }

    [Fact]
    public async Task Beyond_a_thousand_staged_rows_everyone_counts_at_least_one()
    {
        var (mine, theirs) = (await SessionAsync(), await SessionAsync());
        await _workouts.DrainAsync();
        await fixture.Database.ExecuteAsync(
            "insert into core.sessions (user_id, activity_type, started_at) select @theirs, 'run', timestamptz '2026-03-05Z' + g * interval '1 minute' from generate_series(1, 1001) as g",
            new { theirs });
        Assert.Equal(1, (await FreshnessAsync(mine, ReadSource.Incremental)).PendingChanges);
        Assert.True((await FreshnessAsync(theirs, ReadSource.Incremental)).PendingChanges >= 1001);
        await _workouts.DrainAsync();
        Assert.Equal(0, (await FreshnessAsync(mine, ReadSource.Incremental)).PendingChanges);
    }

    [Fact]
    public async Task Live_is_current_runs_nothing_and_asks_for_a_full_refresh_on_the_way_back()
    {
        var user = await SessionAsync();
        await _workouts.FullRefreshAsync();
        await _control.SwitchAsync(RefreshMode.Live, CancellationToken.None);
        await _workouts.SessionAsync(user, "2026-03-05T10:00:00Z");

        Assert.False((await _workouts.DrainAsync()).Ran);
        Assert.False((await _workouts.FullRefreshAsync()).Ran);
        Assert.Equal(0, (await FreshnessAsync(user, ReadSource.Live)).PendingChanges);
        Assert.True((await FreshnessAsync(user, ReadSource.Incremental)).PendingChanges > 0);

        await _control.SwitchAsync(RefreshMode.Incremental, CancellationToken.None);
        Assert.True((await _control.ReadAsync(CancellationToken.None)).FullRefreshAsked);
        Assert.True((await _workouts.FullRefreshAsync()).Succeeded);
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task NightlyOnly_does_not_drain_and_its_full_refresh_clears_what_it_contains()
    {
        var user = await SessionAsync();
        await _control.SwitchAsync(RefreshMode.NightlyOnly, CancellationToken.None);
        Assert.False((await _workouts.DrainAsync()).Ran);
        Assert.True((await _workouts.FullRefreshAsync()).Succeeded);
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>("select count(*) from analytics.staging_changes"));
        Assert.Equal(0, (await FreshnessAsync(user, ReadSource.Matview)).PendingChanges);
        await _control.SwitchAsync(RefreshMode.Incremental, CancellationToken.None);
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_full_refresh_of_which_one_view_fails_clears_nothing_and_says_which()
    {
        var user = await SessionAsync();
        // REFRESH … CONCURRENTLY needs the unique index.
        await fixture.Database.ExecuteAsync("drop index analytics.weekly_aggregates_key");
        var failed = await _workouts.FullRefreshAsync();
        Assert.Contains("weekly_aggregates", Assert.Single(failed.Errors), StringComparison.Ordinal);
        Assert.True((await FreshnessAsync(user, ReadSource.Incremental)).PendingChanges > 0);
        Assert.Equal("FAILED", await fixture.Database.ScalarAsync<string>(
            "select outcome from analytics.refresh_runs where kind = 'FULL' order by run_id desc limit 1"));

        await fixture.Database.ExecuteAsync("create unique index weekly_aggregates_key on analytics.weekly_aggregates (user_id, week_start)");
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task Weeks_are_not_refreshed_where_the_sessions_they_are_made_of_are_not()
    {
        await _workouts.FullRefreshAsync();
        await SessionAsync();
        await _workouts.DrainAsync();
        const string stamps = "select (s.stamps - 'personal_records')::text from analytics.refresh_state as s";
        const string kept = "select count(*) from analytics.weekly_aggregates_delta";
        var (before, rows) = (await fixture.Database.ScalarAsync<string>(stamps), await fixture.Database.ScalarAsync<long>(kept));
        await fixture.Database.ExecuteAsync("drop index analytics.session_summary_key");
        var failed = await _workouts.FullRefreshAsync();
        Assert.Equal(2, failed.Errors.Count);
        Assert.Contains("weekly_aggregates: not refreshed, because session_summary", failed.Errors[1], StringComparison.Ordinal);
        Assert.Equal((before, rows), (await fixture.Database.ScalarAsync<string>(stamps), await fixture.Database.ScalarAsync<long>(kept)));
        await _workouts.AssertExactAsync();

        await fixture.Database.ExecuteAsync("create unique index session_summary_key on analytics.session_summary (user_id, session_id)");
        Assert.True((await _workouts.FullRefreshAsync()).Succeeded);
        Assert.True(await fixture.Database.ScalarAsync<bool>(
            "select s.stamps -> 'weekly_aggregates' = s.stamps -> 'session_summary' from analytics.refresh_state as s"));
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_drain_with_a_snapshot_older_than_its_lock_is_refused()
    {
        var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fixture.Database.ExecuteAsync(
            "begin isolation level repeatable read; select analytics.drain(10, 1); commit"));
        Assert.Contains("read committed", error.MessageText, StringComparison.Ordinal);
    }

    private async Task<Guid> SessionAsync()
    {
        var user = await _workouts.UserAsync();
        await _workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        return user;
    }

    private async Task<Store.Readers.Freshness> FreshnessAsync(Guid user, ReadSource source) =>
        (await _freshness.ReadAsync([user], source, CancellationToken.None))[user];
}

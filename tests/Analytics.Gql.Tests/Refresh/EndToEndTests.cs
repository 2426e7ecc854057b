// The decision record's acceptance: creating, updating and deleting sessions updates the aggregates after a refresh.
// Every number is computed by hand.
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Refresh;

public sealed class EndToEndTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private readonly Workouts _workouts = new(fixture.Database);

    private sealed record Week(DateOnly WeekStart, int SessionCount, decimal Volume, long Duration, decimal Distance, decimal? Rpe, int Sets, int Exercises);

    [Fact]
    public async Task A_created_session_appears_with_hand_computed_numbers()
    {
        var user = await _workouts.UserAsync();
        var (squat, bench) = (await _workouts.ExerciseAsync(), await _workouts.ExerciseAsync("Bench"));
        var session = await _workouts.SessionAsync(user, "2026-03-04T10:00:00Z", "2026-03-04T11:00:30.9Z");
        await _workouts.SetAsync(session, squat, 10, 20m, 6m, warmup: true);
        await _workouts.SetAsync(session, squat, 5, 100m, 8m);
        await _workouts.SetAsync(session, squat, 5, 102.5m, 8.5m);
        await _workouts.SetAsync(session, bench, 8, 60.25m);
        await _workouts.SetAsync(session, bench, null, 60m, 9m);

        var drained = await _workouts.DrainAsync();

        Assert.True(drained.StagedChanges >= 6);
        var week = Assert.Single(await WeeksAsync(user));
        // 5 x 100 + 5 x 102.5 + 8 x 60.25 = 500 + 512.5 + 482; (8 + 8.5 + 9) / 3 = 8.5; 3,630.9 s rounded down.
        Assert.Equal(new Week(new DateOnly(2026, 3, 2), 1, 1494.50m, 3630, 0, 8.50m, 4, 2), week);
        Assert.NotNull(await fixture.Database.ScalarAsync<DateTime?>(
            "select last_refresh_at from analytics.session_summary_current where session_id = @session", new { session }));
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task Editing_a_set_changes_the_volume()
    {
        var (user, session, set) = await OneSetAsync(5, 100m);
        await fixture.Database.ExecuteAsync("update core.sets set weight_kg = 110 where set_id = @set", new { set });
        await _workouts.DrainAsync();
        Assert.Equal(550m, Assert.Single(await WeeksAsync(user)).Volume);
        Assert.Equal(550m, await fixture.Database.ScalarAsync<decimal>(
            "select total_volume_kg from analytics.session_summary_current where session_id = @session", new { session }));
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task Deleting_all_sets_leaves_an_empty_session()
    {
        var (user, session, _) = await OneSetAsync(5, 100m);
        await fixture.Database.ExecuteAsync("delete from core.sets where session_id = @session", new { session });
        await _workouts.DrainAsync();
        var week = Assert.Single(await WeeksAsync(user));
        Assert.Equal((1, 0m, 0, null), (week.SessionCount, week.Volume, week.Sets, week.Rpe));
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task Deleting_the_session_removes_its_week()
    {
        var (user, session, _) = await OneSetAsync(5, 100m);
        await fixture.Database.ExecuteAsync("delete from core.sessions where session_id = @session", new { session });
        await _workouts.DrainAsync();
        Assert.Empty(await WeeksAsync(user));
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task Moving_a_session_to_another_week_updates_both_weeks()
    {
        var (user, session, _) = await OneSetAsync(5, 100m);
        await _workouts.SessionAsync(user, "2026-03-03T08:00:00Z");
        await _workouts.DrainAsync();
        await fixture.Database.ExecuteAsync("update core.sessions set started_at = '2026-03-15T23:59:59.999Z', ended_at = null where session_id = @session", new { session });
        await _workouts.DrainAsync();
        Assert.Equal(
            [(new DateOnly(2026, 3, 2), 1, 0m), (new DateOnly(2026, 3, 9), 1, 500m)],
            (await WeeksAsync(user)).Select(w => (w.WeekStart, w.SessionCount, w.Volume)));
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task Moving_a_session_to_another_user_updates_both_users()
    {
        var (user, session, _) = await OneSetAsync(5, 100m);
        var other = await _workouts.UserAsync("Grace");
        await fixture.Database.ExecuteAsync("update core.sessions set user_id = @other where session_id = @session", new { session, other });
        await _workouts.DrainAsync();
        Assert.Empty(await WeeksAsync(user));
        Assert.Equal(500m, Assert.Single(await WeeksAsync(other)).Volume);
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task Deleting_a_user_removes_everything_of_theirs()
    {
        var (user, _, _) = await OneSetAsync(5, 100m);
        await fixture.Database.ExecuteAsync("delete from core.users where user_id = @user", new { user });
        await _workouts.DrainAsync();
        Assert.Empty(await WeeksAsync(user));
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>(
            "select count(*) from analytics.session_summary_current where user_id = @user", new { user }));
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_full_refresh_folds_the_delta_into_the_matviews_and_empties_it()
    {
        var (user, _, _) = await OneSetAsync(5, 100m);
        var result = await _workouts.FullRefreshAsync();
        Assert.True(result.Succeeded);
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>("select count(*) from analytics.weekly_aggregates_delta where user_id = @user", new { user }));
        Assert.Equal(500m, await fixture.Database.ScalarAsync<decimal>("select total_volume_kg from analytics.weekly_aggregates where user_id = @user", new { user }));
        await _workouts.AssertExactAsync();
    }

    [Theory]
    [InlineData("update core.sets set weight_kg = 'NaN' where set_id = @set")]
    [InlineData("update core.sets set weight_kg = 'Infinity', rpe = '-Infinity' where set_id = @set")]
    [InlineData("update core.sets set weight_kg = 1e130 where set_id = @set")]
    [InlineData("""
        update core.sets set weight_kg = (
            select ('0.' || string_agg(translate(md5(n::text), 'abcdef', '012345'), ''))::numeric from generate_series(1, 500) as n)
        where set_id = @set
        """)] // 16,000 decimals, which no row of an index has room for
    [InlineData("update core.sessions set ended_at = 'infinity' where session_id = @session")]
    [InlineData("update core.sessions set ended_at = '294276-12-31T00:00:00Z' where session_id = @session")]
    public async Task A_bad_row_does_not_stop_a_refresh(string sql)
    {
        var (user, session, set) = await OneSetAsync(5, 100m);
        await fixture.Database.ExecuteAsync(sql, new { set, session });
        await _workouts.DrainAsync();
        Assert.Equal(1, await fixture.Database.ScalarAsync<long>("select count(*) from analytics.weekly_aggregates_current where user_id = @user", new { user }));
        await _workouts.AssertExactAsync();
        Assert.Empty((await _workouts.FullRefreshAsync()).Errors);
        await _workouts.AssertExactAsync();
    }

    private async Task<(Guid User, Guid Session, Guid Set)> OneSetAsync(int reps, decimal weightKg)
    {
        var user = await _workouts.UserAsync();
        var session = await _workouts.SessionAsync(user, "2026-03-04T10:00:00Z", "2026-03-04T11:00:00Z");
        var set = await _workouts.SetAsync(session, await _workouts.ExerciseAsync(), reps, weightKg, 8m);
        await _workouts.DrainAsync();
        return (user, session, set);
    }

    private Task<IReadOnlyList<Week>> WeeksAsync(Guid user) => fixture.Database.QueryAsync<Week>("""
        select week_start as WeekStart, session_count as SessionCount, total_volume_kg as Volume, total_duration_s as Duration,
               total_distance_m as Distance, avg_rpe as Rpe, set_count as Sets, exercise_count as Exercises
        from analytics.weekly_aggregates_current where user_id = @user order by week_start
        """, new { user });
}

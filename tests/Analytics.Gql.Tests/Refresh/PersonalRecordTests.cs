// Personal records against hand-computed numbers: what is the best, where it was first reached, and what it falls back to.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Tests.Refresh;

public sealed class PersonalRecordTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private readonly Workouts _workouts = new(fixture.Database);

    private sealed record Records(
        decimal? Weight, Guid? WeightSession, decimal? E1rm, Guid? E1rmSession, decimal? Volume, Guid? VolumeSession,
        decimal? Distance, Guid? DistanceSession);

    [Fact]
    public async Task Each_measure_has_its_own_session_and_warmups_do_not_count()
    {
        var (user, squat, first, second) = await TwoSessionsAsync();
        await _workouts.SetAsync(first, squat, 1, 140m);
        await _workouts.SetAsync(first, squat, 20, 60m);
        await _workouts.SetAsync(second, squat, 12, 110m);
        await _workouts.SetAsync(second, squat, 5, 300m, warmup: true);
        await _workouts.SetAsync(second, squat, null, null, distanceM: 40m);
        await _workouts.DrainAsync();
        // 140 x 1 counts as its own weight; 110 x (1 + 12 / 30) = 154; 20 reps estimate nothing; 12 x 110 = 1,320.
        Assert.Equal(new Records(140m, first, 154m, second, 1320m, second, 40m, second), await RecordsAsync(user, squat));
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task Of_equal_ones_the_earliest_counts_even_when_it_is_written_later()
    {
        var (user, squat, first, second) = await TwoSessionsAsync();
        await _workouts.SetAsync(second, squat, 5, 100m);
        await _workouts.DrainAsync();
        await _workouts.SetAsync(first, squat, 5, 100m);
        await _workouts.DrainAsync();
        Assert.Equal(first, (await RecordsAsync(user, squat))!.WeightSession);

        // And back, when the earlier session moves behind the later one.
        await fixture.Database.ExecuteAsync("update core.sessions set started_at = '2026-05-01Z' where session_id = @first", new { first });
        await _workouts.DrainAsync();
        Assert.Equal(second, (await RecordsAsync(user, squat))!.WeightSession);
        await _workouts.AssertExactAsync();
    }

    [Theory]
    [InlineData("update core.sets set weight_kg = 90 where session_id = @second")]
    [InlineData("update core.sets set is_warmup = true where session_id = @second")]
    [InlineData("delete from core.sets where session_id = @second")]
    [InlineData("delete from core.sessions where session_id = @second")]
    [InlineData("update core.sets set exercise_id = (select exercise_id from core.exercises where name = 'Other' limit 1) where session_id = @second")]
    [InlineData("update core.sessions set user_id = (select user_id from core.users where display_name = 'Other' limit 1) where session_id = @second")]
    public async Task What_lowers_a_record_takes_it_back_to_the_true_one_before(string change)
    {
        await _workouts.UserAsync("Other");
        await _workouts.ExerciseAsync("Other");
        var (user, squat, first, second) = await TwoSessionsAsync();
        await _workouts.SetAsync(first, squat, 5, 100m);
        await _workouts.SetAsync(second, squat, 5, 120m);
        await _workouts.DrainAsync();
        Assert.Equal(120m, (await RecordsAsync(user, squat))!.Weight);
        await fixture.Database.ExecuteAsync(change, new { second });
        // In batches of one row: a deleted session's own row and those of its sets fall into different ones.
        await new Drain(fixture.Database.DataSource, maxRows: 1).RunUntilEmptyAsync(CancellationToken.None);
        Assert.Equal(new Records(100m, first, 116.667m, first, 500m, first, null, null), await RecordsAsync(user, squat));
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_set_without_a_measure_makes_a_row_without_records_and_the_last_one_takes_it_along()
    {
        var (user, squat, first, second) = await TwoSessionsAsync();
        await _workouts.SetAsync(first, squat, 5, null);
        await _workouts.DrainAsync();
        var nothing = new Records(null, null, null, null, null, null, null, null);
        Assert.Equal(nothing, await RecordsAsync(user, squat));
        await _workouts.SetAsync(second, squat, 8, null);
        await _workouts.DrainAsync();
        await fixture.Database.ExecuteAsync("delete from core.sets where session_id = @first", new { first });
        await _workouts.DrainAsync();
        Assert.Equal(nothing, await RecordsAsync(user, squat));
        await fixture.Database.ExecuteAsync("delete from core.sets where session_id = @second", new { second });
        await _workouts.DrainAsync();
        Assert.Null(await RecordsAsync(user, squat));
        await _workouts.SetAsync(first, squat, null, 50m);
        await _workouts.DrainAsync();
        Assert.Equal(new Records(50m, first, null, null, null, null, null, null), await RecordsAsync(user, squat));
        await fixture.Database.ExecuteAsync("delete from core.sets where session_id = @first", new { first });
        await _workouts.DrainAsync();
        Assert.Null(await RecordsAsync(user, squat));
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_set_that_is_no_record_does_not_go_through_the_users_sessions()
    {
        var (user, squat, first, second) = await TwoSessionsAsync();
        await _workouts.SetAsync(first, squat, 5, 100m);
        await _workouts.FullRefreshAsync();
        await _workouts.DrainAsync();
        await _workouts.SetAsync(second, squat, 5, 80m);
        await _workouts.DrainAsync();
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>(
            "select count(*) from analytics.personal_records_delta where user_id = @user", new { user }));
        await _workouts.AssertExactAsync();
    }

    /// <summary>The shortcut compares with rows that a running full refresh takes away: then it must not be taken.</summary>
    [Fact]
    public async Task A_set_below_a_record_that_is_about_to_fall_is_not_lost_in_a_full_refresh()
    {
        var (user, squat, first, second) = await TwoSessionsAsync();
        await _workouts.SetAsync(first, squat, 5, 100m);
        await _workouts.DrainAsync();
        // The record falls, and this stays staged; a full refresh reads it and goes on running.
        await fixture.Database.ExecuteAsync("update core.sets set weight_kg = 50 where session_id = @first", new { first });
        var staged = await fixture.Database.QueryAsync<DateTime>("delete from analytics.staging_changes returning changed_at");
        await using var refreshing = await fixture.Database.DataSource.OpenConnectionAsync();
        await refreshing.ExecuteAsync("select pg_advisory_lock(analytics.lock_id('full-refresh'))");
        await fixture.Database.ExecuteAsync("update analytics.refresh_state set generation = generation + 1");
        await fixture.Database.ExecuteAsync("refresh materialized view concurrently analytics.personal_records");
        // Below the record that the delta still shows, above the one that the matview has.
        await _workouts.SetAsync(second, squat, 5, 80m);
        await _workouts.DrainAsync();
        await fixture.Database.ExecuteAsync(
            "delete from analytics.personal_records_delta where generation < (select generation from analytics.refresh_state)");
        await fixture.Database.ExecuteAsync("update analytics.refresh_state set folded_generation = generation");
        await refreshing.ExecuteAsync("select pg_advisory_unlock(analytics.lock_id('full-refresh'))");
        foreach (var changedAt in staged)
            await fixture.Database.ExecuteAsync(
                "insert into analytics.staging_changes (user_id, session_id, exercise_id, changed_at) values (@user, @first, @squat, @changedAt)",
                new { user, first, squat, changedAt });
        await _workouts.DrainAsync();
        Assert.Equal(80m, (await RecordsAsync(user, squat))!.Weight);
        await _workouts.AssertExactAsync();
    }

    /// <summary>
    /// A session passes through a user's hands and leaves before it is folded in there; meanwhile that user's record fell,
    /// was looked for in all sessions, and names it.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_that_only_passed_through_a_users_hands_leaves_no_record(bool forgetWhoNamesIt)
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var workouts = new Workouts(database);
        var (before, between, after) = (await workouts.UserAsync(), await workouts.UserAsync("Grace"), await workouts.UserAsync("Mary"));
        var squat = await workouts.ExerciseAsync();
        var passing = await workouts.SessionAsync(before, "2026-03-04T10:00:00Z");
        var own = await workouts.SessionAsync(between, "2026-03-05T10:00:00Z");
        await workouts.SetAsync(own, squat, 5, 150m);
        await workouts.FullRefreshAsync();
        if (forgetWhoNamesIt)
        {
            const string named = "from analytics.personal_records_current as n";
            var recompute = await database.ScalarAsync<string>("select pg_get_functiondef('analytics.recompute'::regproc)");
            Assert.Contains(named, recompute, StringComparison.Ordinal);
            await database.ExecuteAsync(recompute.Replace(
                named, "from (select r.* from analytics.personal_records_current as r where false) as n", StringComparison.Ordinal));
        }

        await workouts.SetAsync(passing, squat, 5, 200m);
        await database.ExecuteAsync("update core.sessions set user_id = @between where session_id = @passing", new { between, passing });
        await database.ExecuteAsync("update core.sets set weight_kg = 100 where session_id = @own", new { own });
        // The fall is drained first.
        await database.ExecuteAsync(
            "update analytics.staging_changes set changed_at = changed_at - interval '1 minute' where session_id = @own", new { own });
        await new Drain(database.DataSource, maxRows: 1).RunBatchAsync(CancellationToken.None);
        Assert.Equal(passing, await database.ScalarAsync<Guid>(
            "select max_weight_session_id from analytics.personal_records_current where user_id = @between", new { between }));
        await database.ExecuteAsync("update core.sessions set user_id = @after where session_id = @passing", new { after, passing });
        await database.ExecuteAsync("delete from core.sets where session_id = @passing", new { passing });

        await workouts.DrainAsync();
        var drift = (await new Verification(database.DataSource).RunAsync(CancellationToken.None)).Sum(d => d.Rows);
        Assert.Equal(forgetWhoNamesIt, drift > 0);
    }

    /// <summary>
    /// A row in which nobody holds anything stands because of a set that is still staged; then that set goes, in a statement
    /// that touches several exercises and so names none.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_without_records_goes_with_the_last_set_even_if_that_was_never_folded_in(bool forgetRowsWithoutRecords)
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var workouts = new Workouts(database);
        var user = await workouts.UserAsync();
        var (squat, bench) = (await workouts.ExerciseAsync(), await workouts.ExerciseAsync("Bench press"));
        var (first, second) = (await workouts.SessionAsync(user, "2026-03-04T10:00:00Z"), await workouts.SessionAsync(user, "2026-03-05T10:00:00Z"));
        await workouts.SetAsync(first, squat, 5, null);
        await workouts.FullRefreshAsync();
        if (forgetRowsWithoutRecords)
        {
            const string nobody = "or num_nonnulls(n.max_weight_session_id, n.max_distance_session_id) = 0";
            var recompute = await database.ScalarAsync<string>("select pg_get_functiondef('analytics.recompute'::regproc)");
            Assert.Contains(nobody, recompute, StringComparison.Ordinal);
            await database.ExecuteAsync(recompute.Replace(nobody, "", StringComparison.Ordinal));
        }

        await database.ExecuteAsync("""
            insert into core.sets (session_id, exercise_id, set_index, reps) values (@second, @squat, 0, 5), (@second, @bench, 1, 5)
            """, new { second, squat, bench });
        await database.ExecuteAsync("delete from core.sets where session_id = @first", new { first });
        await database.ExecuteAsync(
            "update analytics.staging_changes set changed_at = changed_at - interval '1 minute' where session_id = @first", new { first });
        await new Drain(database.DataSource, maxRows: 1).RunBatchAsync(CancellationToken.None);
        await database.ExecuteAsync("delete from core.sets where session_id = @second", new { second });

        await workouts.DrainAsync();
        var drift = (await new Verification(database.DataSource).RunAsync(CancellationToken.None)).Sum(d => d.Rows);
        Assert.Equal(forgetRowsWithoutRecords, drift > 0);
    }

    private async Task<(Guid User, Guid Exercise, Guid First, Guid Second)> TwoSessionsAsync()
    {
        var user = await _workouts.UserAsync();
        return (user, await _workouts.ExerciseAsync(), await _workouts.SessionAsync(user, "2026-03-04T10:00:00Z"),
            await _workouts.SessionAsync(user, "2026-04-04T10:00:00Z"));
    }

    private async Task<Records?> RecordsAsync(Guid user, Guid exercise) => (await fixture.Database.QueryAsync<Records>("""
        select max_weight_kg as Weight, max_weight_session_id as WeightSession, round(best_e1rm_kg, 3) as E1rm,
               best_e1rm_session_id as E1rmSession, best_set_volume_kg as Volume, best_set_volume_session_id as VolumeSession,
               max_distance_m as Distance, max_distance_session_id as DistanceSession
        from analytics.personal_records_current where user_id = @user and exercise_id = @exercise
        """, new { user, exercise })).SingleOrDefault();
}

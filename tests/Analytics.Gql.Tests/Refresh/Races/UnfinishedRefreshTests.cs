// A full refresh that has begun and not ended: while it lives no drain gives it up, and what it leaves when it dies is
// ended by the next drain.
using Analytics.Store.Refresh;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class UnfinishedRefreshTests : RaceTest
{
    private const string Folding = "select generation <> folded_generation from analytics.refresh_state";

    [Fact]
    public async Task The_next_drain_ends_what_a_dead_refresh_left_and_skips_records_again()
    {
        var folded = await FoldedAsync();
        var other = await Workouts.SessionAsync(folded.User, "2026-03-05T10:00:00Z");
        await Workouts.FullRefreshAsync();
        await using (var refresh = await BeginRefreshAsync())
            await refresh.ActBeforeFinishAsync(_ => refresh.KillAsync());
        Assert.True(await Database.ScalarAsync<bool>(Folding));

        await Workouts.DrainAsync();
        Assert.False(await Database.ScalarAsync<bool>(Folding));
        Assert.Equal("FAILED", await Database.ScalarAsync<string>(
            "select outcome from analytics.refresh_runs where kind = 'FULL' order by run_id desc limit 1"));
        await Workouts.SetAsync(other, folded.Exercise, 5, 80m);
        Assert.Equal(0, await LostRowsAsync());
        Assert.Equal(0, await Database.ScalarAsync<long>("select count(*) from analytics.personal_records_delta"));
    }

    /// <summary>It did not say when it began: whatever has been drained may have met it.</summary>
    [Fact]
    public async Task A_refresh_of_the_version_before_that_died_is_ended_too()
    {
        await FoldedAsync();
        await Database.ExecuteAsync("update analytics.refresh_state set generation = generation + 1, folding_from = null");
        Assert.Equal(1, (await Workouts.DrainAsync()).StagedChanges);
        Assert.False(await Database.ScalarAsync<bool>(Folding));
        Assert.Equal(0, await LostRowsAsync());
    }

    /// <summary>With a view that fails every night, drains would never skip again.</summary>
    [Fact]
    public async Task A_refresh_of_which_a_view_failed_has_ended()
    {
        await FoldedAsync(intoMatview: true);
        await Database.ExecuteAsync("drop index analytics.weekly_aggregates_key");
        Assert.Single((await Workouts.FullRefreshAsync()).Errors);
        Assert.False(await Database.ScalarAsync<bool>(Folding));
    }

    /// <summary>
    /// A set falls and is not drained; a lower one of another session is, and compares with what the views say until
    /// REFRESH commits. Given up, it would skip the record that is the highest afterwards.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_drain_gives_up_a_refresh_that_lives(bool giveUp)
    {
        var folded = await FoldedAsync();
        var (second, third) = (await Workouts.SessionAsync(folded.User, "2026-03-05T10:00:00Z"),
            await Workouts.SessionAsync(folded.User, "2026-03-06T10:00:00Z"));
        await Workouts.SetAsync(second, folded.Exercise, 5, 60m);
        await Workouts.FullRefreshAsync();
        if (giveUp)
            await ReplaceAsync("analytics.full_refresh_runs", ("select exists (", "select false and exists ("));

        await using var refresh = await BeginRefreshAsync();
        await Database.ExecuteAsync(
            "update core.sets set weight_kg = 50 where session_id = @Session", new { folded.Session });
        await refresh.GoOnToAsync("personal_records");
        // REFRESH of personal_records has its snapshot: 60 is the highest.
        await Workouts.SetAsync(third, folded.Exercise, 5, 80m);
        await DrainFirstAsync(third);
        await refresh.ActBeforeFinishAsync(async connection =>
        {
            await DrainOnAsync(connection);
            Assert.Equal(0, await Database.ScalarAsync<long>("select count(*) from analytics.staging_changes"));
            var drifts = await new Verification(Database.DataSource).RunAsync(CancellationToken.None);
            Assert.Equal(giveUp, drifts.Sum(d => d.Rows) > 0);
        });
        Assert.True((await refresh.Ended).Succeeded);
    }

    /// <summary>
    /// REFRESH of records sees sets that no drain and no other view has seen; they go, are drained, and then REFRESH
    /// commits. Nothing but staging their session once more leads to the record that it has brought.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_that_only_a_dead_refresh_has_seen_does_not_stay(bool onlyEnd)
    {
        var folded = await FoldedAsync(intoMatview: true);
        var bench = await Workouts.ExerciseAsync("Bench press");
        var passing = await Workouts.SessionAsync(folded.User, "2026-03-05T10:00:00Z");
        await Workouts.DrainAsync();
        if (onlyEnd)
            await ReplaceAsync("analytics.end_folding", ("where e.drain_number >", "where false and e.drain_number >"));

        await using var refresh = await BeginRefreshAsync();
        await Database.ExecuteAsync("""
            insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg)
            values (@passing, @Exercise, 0, 5, 200), (@passing, @bench, 1, 5, 200)
            """, new { passing, folded.Exercise, bench });
        await refresh.GoOnToAsync("personal_records");
        await Database.ExecuteAsync("delete from core.sets where session_id = @passing", new { passing });
        await Workouts.DrainAsync();
        await refresh.ActBeforeFinishAsync(_ => refresh.KillAsync());

        Assert.Equal(onlyEnd, await LostRowsAsync() > 0);
    }

    /// <summary>Drains what is staged of one session, and leaves the rest.</summary>
    private async Task DrainFirstAsync(Guid session)
    {
        await Database.ExecuteAsync(
            "update analytics.staging_changes set changed_at = changed_at - interval '1 minute' where session_id = @session", new { session });
        await using var connection = await ConnectAsync();
        await DrainOnAsync(connection, maxRows: (int)await Database.ScalarAsync<long>(
            "select count(*) from analytics.staging_changes where session_id = @session", new { session }));
    }
}

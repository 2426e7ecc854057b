// Rule 3 again: what a drain takes as it was last folded in, instead of recomputing it, must be exact when staging is empty.
// It is not while a full refresh runs: that takes changes off the queue which the deltas do not contain.
using Dapper;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class ShortcutTests : RaceTest
{
    [Fact]
    public async Task A_change_that_a_full_refresh_folds_in_is_in_a_week_that_is_drained_beside_it()
    {
        await DrainBesideAFoldAsync();
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_week_of_sessions_as_they_were_last_folded_in_loses_that_change()
    {
        await ReplaceAsync("analytics.recompute", ("where not state.folding", "where true"));
        await DrainBesideAFoldAsync();
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task A_week_reads_only_the_sessions_that_changed_from_core()
    {
        var folded = await FoldedAsync(intoMatview: true);
        var other = await AnotherSessionAsync(folded);
        await WithoutLiveViewAsync("weekly_aggregates", "week_start");
        await Workouts.SetAsync(other, folded.Exercise, 5, 60m);
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_record_that_improves_is_not_looked_for_in_the_users_other_sessions()
    {
        var folded = await FoldedAsync(intoMatview: true);
        var other = await AnotherSessionAsync(folded);
        await WithoutLiveViewAsync("personal_records", "exercise_id");
        await Workouts.SetAsync(other, folded.Exercise, 5, 160m);
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_record_that_falls_is_looked_for_in_all_of_them()
    {
        var folded = await FoldedAsync(intoMatview: true);
        await AnotherSessionAsync(folded);
        await WithoutLiveViewAsync("personal_records", "exercise_id");
        await Database.ExecuteAsync("update core.sets set weight_kg = 10 where session_id = @Session", new { folded.Session });
        Assert.True(await LostRowsAsync() > 0);
    }

    /// <summary>
    /// Two sessions of one week are in the deltas. One changes, and a full refresh stamps and reads that change; before it
    /// takes it off the queue the other session changes and is drained.
    /// </summary>
    private async Task DrainBesideAFoldAsync()
    {
        var folded = await FoldedAsync();
        var other = await AnotherSessionAsync(folded);
        await Database.ExecuteAsync("update core.sets set weight_kg = 90 where session_id = @other", new { other });
        Assert.True((await ActBeforeFinishAsync(async connection =>
        {
            await InsertSetAsync(connection, folded);
            await connection.ExecuteAsync(
                "update analytics.staging_changes set changed_at = changed_at - interval '1 hour' where session_id = @Session",
                new { folded.Session });
            await DrainOnAsync(connection, maxRows: 1);
            // The full refresh would stage it once more: a second line of defence that this is not about.
            await connection.ExecuteAsync("delete from analytics.refresh_events");
        })).Succeeded);
    }

    /// <summary>A session of the same user and week, with a lighter set of the same exercise, drained.</summary>
    private async Task<Guid> AnotherSessionAsync(Folded folded)
    {
        var session = await Workouts.SessionAsync(folded.User, "2026-03-05T10:00:00Z");
        await Workouts.SetAsync(session, folded.Exercise, 5, 80m);
        await Workouts.DrainAsync();
        return session;
    }

    /// <summary>From now on a drain finds nothing in the aggregate's live view.</summary>
    private Task WithoutLiveViewAsync(string aggregate, string key) => ReplaceAsync("analytics.recompute",
        ($"from analytics.{aggregate}_live as v\n            where v.user_id = k.user_id and v.{key} = k.{key}",
         $"from analytics.{aggregate}_live as v\n            where false"));
}

// Rule 2: a set's change names its user only as a hint; the drain resolves the session's present user and week itself.
namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class OwnerHintTests : RaceTest
{
    [Fact]
    public async Task A_session_moved_while_a_set_is_inserted_keeps_the_set_and_its_new_owner_is_told()
    {
        var newOwner = await MoveBesideAnInsertAsync();
        Assert.Equal(1, await PendingAsync(newOwner));
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_user_and_week_resolved_at_write_time_lose_that_set()
    {
        await ResolveAtWriteTimeAsync();
        await MoveBesideAnInsertAsync();
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task A_user_and_week_resolved_at_write_time_do_while_nothing_races()
    {
        await ResolveAtWriteTimeAsync();
        await FoldedAsync();
        Assert.Equal(0, await LostRowsAsync());
    }

    private async Task ResolveAtWriteTimeAsync()
    {
        await ReplaceAsync("analytics.stage_sets",
            ("(user_id, session_id, exercise_id)", "(user_id, session_id, exercise_id, week)"),
            ("x.exercise_id\n", "x.exercise_id, analytics.week_of(s.started_at)\n"));
        await ReplaceAsync("analytics.recompute",
            ("join places as p on p.session_id = s.session_id", "join places as p on false"));
    }

    /// <summary>The set is written for the old owner, the session moves and is drained, the set commits.</summary>
    private async Task<Guid> MoveBesideAnInsertAsync()
    {
        var folded = await FoldedAsync();
        var newOwner = await Workouts.UserAsync("Grace");
        await using var late = await ConnectAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await InsertSetAsync(late, folded);
        await Database.ExecuteAsync("""
            update core.sessions set user_id = @newOwner, started_at = started_at + interval '21 days'
            where session_id = @Session
            """, new { newOwner, folded.Session });
        await Workouts.DrainAsync();
        await transaction.CommitAsync();
        return newOwner;
    }
}

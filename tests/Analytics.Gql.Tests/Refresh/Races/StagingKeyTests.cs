// Rule 1: staging_changes has no unique key and no foreign key.
using Npgsql;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class StagingKeyTests : RaceTest
{
    [Fact]
    public async Task A_change_staged_while_a_drain_takes_its_twin_is_folded_in_later()
    {
        await StageBesideADrainAsync();
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task With_a_unique_key_that_change_is_lost_for_good()
    {
        await Database.ExecuteAsync("""
            create unique index naive on analytics.staging_changes (user_id, session_id, week, exercise_id)
            nulls not distinct
            """);
        await ReplaceAsync("analytics.stage_sets",
            ("on s.session_id = x.session_id;", "on s.session_id = x.session_id on conflict do nothing;"));
        await StageBesideADrainAsync();
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task A_session_can_be_deleted_while_changes_of_it_are_staged()
    {
        var folded = await FoldedAsync();
        await Workouts.SetAsync(folded.Session, folded.Exercise, 5, 120m);
        await DeleteAsync(folded);
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task With_a_foreign_key_no_session_could_be_deleted()
    {
        var folded = await FoldedAsync();
        await Database.ExecuteAsync("""
            alter table analytics.staging_changes
            add constraint naive foreign key (session_id) references core.sessions on delete cascade
            """);
        var error = await Assert.ThrowsAsync<PostgresException>(() => DeleteAsync(folded));
        Assert.Equal((PostgresErrorCodes.ForeignKeyViolation, "naive"), (error.SqlState, error.ConstraintName));
    }

    /// <summary>A twin is committed; the change is staged beside it; the twin is drained; the change commits.</summary>
    private async Task StageBesideADrainAsync()
    {
        var folded = await FoldedAsync();
        await using var late = await ConnectAsync();
        await Workouts.SetAsync(folded.Session, folded.Exercise, 5, 120m);
        await using var transaction = await late.BeginTransactionAsync();
        await InsertSetAsync(late, folded);
        await Workouts.DrainAsync();
        await transaction.CommitAsync();
    }

    private Task DeleteAsync(Folded folded) =>
        Database.ExecuteAsync("delete from core.sessions where session_id = @Session", new { folded.Session });
}

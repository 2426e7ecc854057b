// A full refresh that has begun and not ended: while it lives no drain gives it up, and what it leaves when it dies is
// ended by the next drain.
using System.Data;
using Dapper;
using Npgsql;

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
            await refresh.ActBeforeFinishAsync(refresh.KillAsync);
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
        await refresh.ActBeforeFinishAsync(async () => Assert.Equal(giveUp, await LostRowsAsync() > 0));
        Assert.True((await refresh.Ended).Succeeded);
    }

    /// <summary>
    /// REFRESH of records sees sets that no drain and no other view has seen; they go, are drained, and then REFRESH
    /// commits. Nothing but staging their session once more, with it, leads to the record that it has brought.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_that_comes_of_sets_drained_away_meanwhile_is_staged_with_it(bool onlyAtTheEnd)
    {
        var (folded, passing) = await PassingAsync(intoMatview: true);
        if (onlyAtTheEnd)
            await ReplaceAsync("analytics.refresh_aggregate", ("perform analytics.stage_again()", "null"));

        await using var refresh = await SeeAsync(folded, passing);
        await TakeBackAsync(passing);
        await refresh.ActBeforeFinishAsync(async () => Assert.Equal(onlyAtTheEnd, await LostRowsAsync() > 0));
        Assert.True((await refresh.Ended).Succeeded);
        Assert.Equal(0, await LostRowsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Such_a_record_does_not_stay_where_the_refresh_dies(bool neverStaged)
    {
        var (folded, passing) = await PassingAsync(intoMatview: true);
        if (neverStaged)
            await ReplaceAsync("analytics.stage_again", ("where e.drain_number >", "where false and e.drain_number >"));

        await using var refresh = await SeeAsync(folded, passing);
        await TakeBackAsync(passing);
        await refresh.ActBeforeFinishAsync(refresh.KillAsync);
        Assert.Equal(neverStaged, await LostRowsAsync() > 0);
    }

    /// <summary>The sets go after the REFRESH that saw them: a drain does not see its record under a row of the delta, which
    /// the end takes away.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_that_the_end_uncovers_is_staged_with_it(bool onlyWithRefresh)
    {
        var (folded, passing) = await PassingAsync(intoMatview: false);
        if (onlyWithRefresh)
            await ReplaceAsync("analytics.end_folding", ("perform analytics.stage_again()", "null"));

        await using var refresh = await SeeAsync(folded, passing);
        await refresh.ActBeforeFinishAsync(async () =>
        {
            await TakeBackAsync(passing);
            Assert.Equal(0, await LostRowsAsync());
        });
        Assert.True((await refresh.Ended).Succeeded);
        Assert.Equal(onlyWithRefresh, await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task A_refresh_runs_at_read_committed_whatever_the_default_is()
    {
        await FoldedAsync();
        await Database.ExecuteAsync("""
            do $$ begin
                execute format('alter database %I set default_transaction_isolation = %L', current_database(), 'repeatable read');
            end $$
            """);
        Assert.Empty((await Workouts.FullRefreshAsync()).Errors);
    }

    [Fact]
    public async Task A_REFRESH_at_repeatable_read_is_refused()
    {
        await using var connection = await ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        var error = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync("select analytics.refresh_aggregate('personal_records')"));
        Assert.Equal(PostgresErrorCodes.ActiveSqlTransaction, error.SqlState);
        Assert.Contains("read committed", error.Hint, StringComparison.Ordinal);
    }

    /// <summary>A user with a record, and a session without sets.</summary>
    private async Task<(Folded Folded, Guid Passing)> PassingAsync(bool intoMatview)
    {
        var folded = await FoldedAsync(intoMatview);
        var passing = await Workouts.SessionAsync(folded.User, "2026-03-05T10:00:00Z");
        await Workouts.DrainAsync();
        return (folded, passing);
    }

    /// <summary>A refresh whose REFRESH of records has its snapshot, with sets that no drain and no other view has seen: of two
    /// exercises, which are staged without their names.</summary>
    private async Task<GatedRefresh> SeeAsync(Folded folded, Guid passing)
    {
        var bench = await Workouts.ExerciseAsync("Bench press");
        var refresh = await BeginRefreshAsync();
        await Database.ExecuteAsync("""
            insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg)
            values (@passing, @Exercise, 0, 5, 200), (@passing, @bench, 1, 5, 200)
            """, new { passing, folded.Exercise, bench });
        await refresh.GoOnToAsync("personal_records");
        return refresh;
    }

    private async Task TakeBackAsync(Guid passing)
    {
        await Database.ExecuteAsync("delete from core.sets where session_id = @passing", new { passing });
        await Workouts.DrainAsync();
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

// Rule 2: the sets of a session are not staged by the transaction that inserts it, for its own row stands for them; the
// note of that ends with the transaction or its savepoint, and where a drain takes the row away.
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class InsertedSessionNoteTests : RaceTest
{
    [Fact]
    public async Task A_workout_that_is_logged_in_one_transaction_is_staged_by_one_row()
    {
        var folded = await FoldedAsync();
        await using var app = await ConnectAsync();
        await using var transaction = await app.BeginTransactionAsync();
        var logged = await InsertSessionAsync(app, folded);
        await InsertSetAsync(app, logged, 150m);
        await InsertSetAsync(app, logged with { Exercise = await Workouts.ExerciseAsync() }, 120m);
        await transaction.CommitAsync();
        Assert.Equal(1, await PendingAsync(folded.User));
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task Sets_of_another_session_in_the_same_statement_are_staged()
    {
        var folded = await FoldedAsync();
        await using var app = await ConnectAsync();
        await using var transaction = await app.BeginTransactionAsync();
        var logged = await InsertSessionAsync(app, folded);
        await app.ExecuteAsync("""
            insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg)
            values (@New, @Exercise, 0, 5, 150), (@Session, @Exercise, 1, 5, 120)
            """, new { New = logged.Session, folded.Session, folded.Exercise });
        await transaction.CommitAsync();
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_savepoint_takes_the_note_back_with_the_row()
    {
        var folded = await FoldedAsync();
        await using var app = await ConnectAsync();
        await using var transaction = await app.BeginTransactionAsync();
        var logged = await InsertSessionAsync(app, folded);
        var noted = await NoteAsync(app);
        await transaction.SaveAsync("before");
        await InsertSessionAsync(app, folded);
        Assert.NotEqual(noted, await NoteAsync(app));
        await transaction.RollbackAsync("before");
        Assert.Equal(noted, await NoteAsync(app));
        await InsertSetAsync(app, logged);
        await InsertSetAsync(app, folded);
        await transaction.CommitAsync();
        Assert.Equal(2, await PendingAsync(folded.User));
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task The_next_transaction_of_the_connection_stages_for_itself()
    {
        await InsertInTwoTransactionsAsync(await FoldedAsync());
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_note_without_the_transactions_id_that_outlives_it_loses_the_next_change()
    {
        await ReplaceAsync("analytics.stage_sessions",
            ("pg_current_xact_id()::text || c.session_id, true", "c.session_id::text, false"));
        await ReplaceAsync("analytics.stage_sets", ("transaction || ", "'' || "));
        await InsertInTwoTransactionsAsync(await FoldedAsync());
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task A_set_after_a_drain_in_the_writers_own_transaction_is_staged()
    {
        await InsertDrainAndInsertAsync(await FoldedAsync());
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_drain_that_leaves_the_note_loses_that_set()
    {
        await ReplaceAsync("analytics.recompute", ("perform set_config('analytics.inserted_session', '', true);", ""));
        await InsertDrainAndInsertAsync(await FoldedAsync());
        Assert.True(await LostRowsAsync() > 0);
    }

    private async Task InsertInTwoTransactionsAsync(Folded folded)
    {
        await using var app = await ConnectAsync();
        var logged = await InsertSessionAsync(app, folded);
        await Workouts.DrainAsync();
        await InsertSetAsync(app, logged);
    }

    private async Task InsertDrainAndInsertAsync(Folded folded)
    {
        await using var app = await ConnectAsync();
        await using var transaction = await app.BeginTransactionAsync();
        var logged = await InsertSessionAsync(app, folded);
        await DrainOnAsync(app);
        await InsertSetAsync(app, logged);
        await transaction.CommitAsync();
    }

    private static Task<string?> NoteAsync(NpgsqlConnection connection) =>
        connection.ExecuteScalarAsync<string?>("select current_setting('analytics.inserted_session', true)");

    private static async Task<Folded> InsertSessionAsync(NpgsqlConnection connection, Folded of)
    {
        var inserted = of with { Session = Guid.NewGuid() };
        await connection.ExecuteAsync("""
            insert into core.sessions (session_id, user_id, activity_type, started_at)
            values (@Session, @User, 'run', '2026-03-05T10:00:00Z')
            """, inserted);
        return inserted;
    }
}

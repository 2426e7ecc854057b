// What the race tests share: a database for each test, naive engines made from the real one, signals, the verdict.
//
// Each plays one order of events, with two or three connections that wait for each other's locks and never for time:
// once on the engine as it is, which must end exact, and once on the simpler one that its rule forbids, which must not.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh.Races;

/// <summary>One user, one exercise and one session that is folded in already.</summary>
public sealed record Folded(Guid User, Guid Session, Guid Exercise);

public abstract class RaceTest : IAsyncLifetime
{
    protected TestDatabase Database { get; private set; } = null!;
    protected Workouts Workouts { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        Workouts = new Workouts(Database);
    }

    public async Task DisposeAsync() => await Database.DisposeAsync();

    protected async Task<Folded> FoldedAsync(bool intoMatview = false)
    {
        var user = await Workouts.UserAsync();
        var session = await Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        var exercise = await Workouts.ExerciseAsync();
        await Workouts.SetAsync(session, exercise, 5, 100m);
        await Workouts.DrainAsync();
        if (intoMatview)
            await Workouts.FullRefreshAsync();
        return new Folded(user, session, exercise);
    }

    /// <summary>Gives the session to a new user; committed, and not drained.</summary>
    protected async Task<Guid> ChangeHandsAsync(Folded folded)
    {
        var newOwner = await Workouts.UserAsync("Grace");
        await Database.ExecuteAsync(
            "update core.sessions set user_id = @newOwner where session_id = @Session",
            new { newOwner, folded.Session });
        return newOwner;
    }

    /// <summary>What the matview alone says.</summary>
    protected Task<decimal> MatviewVolumeAsync(Folded folded) => Database.ScalarAsync<decimal>(
        "select total_volume_kg from analytics.session_summary where session_id = @Session", new { folded.Session });

    protected async Task<NpgsqlConnection> ConnectAsync() => await Database.DataSource.OpenConnectionAsync();

    protected static Task<int> InsertSetAsync(NpgsqlConnection connection, Folded of, decimal weightKg = 50m) =>
        connection.ExecuteAsync("""
            insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg)
            values (@Session, @Exercise, 0, 5, @weightKg)
            """, new { of.Session, of.Exercise, weightKg });

    /// <summary>Replaces text in a function of the engine. Fails where the engine does not contain it.</summary>
    protected async Task ReplaceAsync(string function, params (string Engine, string Naive)[] texts)
    {
        var definition = await Database.ScalarAsync<string>(
            "select pg_get_functiondef(@function::regproc)", new { function });
        foreach (var (engine, naive) in texts)
        {
            Assert.Contains(engine, definition, StringComparison.Ordinal);
            definition = definition.Replace(engine, naive, StringComparison.Ordinal);
        }
        await Database.ExecuteAsync(definition);
    }

    /// <summary>Drains the rest, and counts the rows that are wrong although nothing is pending.</summary>
    protected async Task<long> LostRowsAsync()
    {
        await Workouts.DrainAsync();
        Assert.Equal(0, await Database.ScalarAsync<long>("select count(*) from analytics.staging_changes"));
        return (await new Verification(Database.DataSource).RunAsync(CancellationToken.None)).Sum(d => d.Rows);
    }

    protected Task<int> PendingAsync(Guid user, string source = "INCREMENTAL") => Database.ScalarAsync<int>(
        "select pending_changes from analytics.freshness(array[@user], @source)", new { user, source });

    /// <summary>Polls until the database says so; gives up after 20 s, which only a broken engine takes.</summary>
    protected Task UntilAsync(string condition, Task? unless = null) => UntilAsync(Database, condition, unless);

    internal static async Task UntilAsync(TestDatabase database, string condition, Task? unless)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (unless is not { IsCompleted: true } && !await database.ScalarAsync<bool>(condition))
            Assert.True(DateTime.UtcNow < deadline, condition);
    }

    /// <summary>Until a statement of this database waits for a lock, or the task is done without.</summary>
    protected Task UntilBlockedAsync(Task? unless = null) => UntilAsync("""
        select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')
        """, unless);

    /// <summary>Begun, and waiting at the first view.</summary>
    protected Task<GatedRefresh> BeginRefreshAsync() => GatedRefresh.BeginAsync(Database);

    /// <summary>Runs a full refresh and acts on a connection after its REFRESHes and before its finish.</summary>
    protected async Task<FullRefreshResult> ActBeforeFinishAsync(Func<NpgsqlConnection, Task> act)
    {
        await using var refresh = await BeginRefreshAsync();
        await using var connection = await ConnectAsync();
        await refresh.ActBeforeFinishAsync(() => act(connection));
        return await refresh.Ended;
    }

    protected static Task<int> DrainOnAsync(NpgsqlConnection connection, int maxRows = 1000) =>
        connection.ExecuteAsync("select from analytics.drain(@maxRows, 1)", new { maxRows });
}

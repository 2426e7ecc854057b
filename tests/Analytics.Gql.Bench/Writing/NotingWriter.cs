// One writer of the app: changes sessions of its own and knows at any time what core must hold of them.
//
// draw a write ⇒ transaction ⇒ COMMIT answers: noted
//                            ⇒ the connection breaks: wait for the database, look, note what is there
using System.Globalization;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Writing;

/// <summary>What core must hold of a session that a writer wrote.</summary>
/// <param name="Title">Names the transaction that wrote it last, so that one look says whether it committed.</param>
/// <param name="Reps">Of all its sets together.</param>
internal sealed record Logged(Guid UserId, DateTime StartedAt, string Title, long Sets, long Reps);

internal sealed class NotingWriter(NpgsqlDataSource database, WriteTally tally, int number, Guid[] users)
{
    public const string TitlePrefix = "bench writer ";
    private const int SetsOfNewSession = 10;
    private const int MostSessions = 100;
    private const int LongestPauseMs = 25;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly Random _random = new(number);
    private readonly Dictionary<Guid, Logged> _sessions = [];
    private int _transactions;

    /// <summary>Read it only while the writer does not run.</summary>
    public IReadOnlyDictionary<Guid, Logged> Sessions => _sessions;

    /// <param name="stop">Looked at between transactions: each that was begun is settled first.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken ct)
    {
        while (!stop.IsCancellationRequested)
        {
            await WriteAsync(ct);
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(LongestPauseMs)), ct);
        }
    }

    /// <summary>One transaction; one after the other.</summary>
    public async Task WriteAsync(CancellationToken ct)
    {
        var title = string.Create(CultureInfo.InvariantCulture, $"{TitlePrefix}{number} transaction {++_transactions}");
        var (session, next, sql) = Draw(title);
        bool committed;
        try
        {
            await using var connection = await database.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            var reps = _transactions % 20 + 1;
            var values = new { session, title, next?.UserId, next?.StartedAt, reps, SetsOfNewSession };
            foreach (var statement in sql)
                await connection.ExecuteAsync(
                    new CommandDefinition(statement, values, transaction, cancellationToken: ct));
            await transaction.CommitAsync(ct);
            committed = true;
            tally.Committed();
        }
        catch (Exception e) when (IsBroken(e))
        {
            committed = await LookAsync(session, next is null ? null : title, ct);
            tally.Uncertain(committed);
        }
        if (committed && next is not null)
            _sessions[session] = next;
        else if (committed)
            _sessions.Remove(session);
    }

    /// <returns>The session, what core must hold of it afterwards (null: nothing), and the statements.</returns>
    private (Guid Session, Logged? Next, string[] Sql) Draw(string title)
    {
        var reps = _transactions % 20 + 1;
        if (_sessions.Count == 0 || (_sessions.Count < MostSessions && _random.Next(4) == 0))
        {
            var all = SetsOfNewSession * reps;
            return (Guid.NewGuid(), new Logged(AnyUser(), AnyTime(), title, SetsOfNewSession, all), [
                "insert into core.sessions (session_id, user_id, activity_type, title, started_at) "
                    + "values (@session, @UserId, 'strength', @title, @StartedAt)",
                InsertSets("@SetsOfNewSession"),
            ]);
        }
        var (session, before) = _sessions.ElementAt(_random.Next(_sessions.Count));
        return _random.Next(8) switch
        {
            0 => (session, null, ["delete from core.sessions where session_id = @session"]),
            1 => (session, before with { Title = title, UserId = AnyUser(), StartedAt = AnyTime() }, [
                "update core.sessions set title = @title, user_id = @UserId, started_at = @StartedAt "
                    + "where session_id = @session",
            ]),
            2 or 3 => (session, before with { Title = title, Sets = 0, Reps = 0 }, [
                "delete from core.sets where session_id = @session", Mark,
            ]),
            4 or 5 => (session, before with { Title = title, Reps = before.Sets * reps }, [
                "update core.sets set reps = @reps, weight_kg = weight_kg + 0.5 where session_id = @session", Mark,
            ]),
            _ => (session, before with { Title = title, Sets = before.Sets + 1, Reps = before.Reps + reps }, [
                InsertSets("1"), Mark,
            ]),
        };
    }

    private const string Mark = "update core.sessions set title = @title where session_id = @session";

    private static string InsertSets(string count) => $"""
        insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg)
        select @session, md5('exercise:' || k)::uuid, k, @reps, 40 + k from generate_series(1, {count}) as k
        """;

    private Guid AnyUser() => users[_random.Next(users.Length)];

    private DateTime AnyTime() => new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddHours(_random.Next(24 * 60));

    private async Task<bool> LookAsync(Guid session, string? title, CancellationToken ct)
    {
        while (true)
        {
            // The pool's other connections are broken too.
            database.Clear();
            try
            {
                await using var connection = await database.OpenConnectionAsync(ct);
                return title == await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                    "select title from core.sessions where session_id = @session",
                    new { session }, cancellationToken: ct));
            }
            catch (Exception e) when (IsBroken(e))
            {
                await Task.Delay(LookAgain, ct);
            }
        }
    }

    /// <summary>The connection or the server ended (08, 57), rather than that a statement is wrong.</summary>
    public static bool IsBroken(Exception e) => e is PostgresException refused
        ? refused.SqlState[..2] is "08" or "57"
        : e is NpgsqlException or IOException or TimeoutException;
}

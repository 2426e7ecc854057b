// An app that logs workouts as fast as its database lets it: writers that each commit one workout after the other.
using System.Diagnostics;
using Npgsql;

namespace Analytics.Gql.Bench.Overhead;

/// <summary>What an app does with a workout, in one transaction each.</summary>
internal enum AppWork
{
    /// <summary>Inserts the session and its ten sets, in two statements.</summary>
    Log,

    /// <summary>That, and then, in another transaction, updates three of the sets and the session.</summary>
    LogAndCorrect,
}

internal sealed class AppLoad(string connectionString, Guid[] users, AppWork work) : IAsyncDisposable
{
    public const int Writers = 8;
    public const int SetsPerSession = 10;

    /// <summary>By which its sessions are found again.</summary>
    public const string Title = "Overhead of the bench";

    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "bench app",
        MaxAutoPrepare = 20,
        AutoPrepareMinUsages = 2,
        // Durable, whatever this database's default is: cheap commits would make the triggers look dear.
        Options = "-c synchronous_commit=on",
    });

    /// <returns>Transactions a second.</returns>
    public async Task<double> RunAsync(TimeSpan duration, CancellationToken ct)
    {
        using var end = new CancellationTokenSource();
        var started = Stopwatch.GetTimestamp();
        end.CancelAfter(duration);
        var counts = await Task.WhenAll(
            Enumerable.Range(0, Writers).Select(n => Task.Run(() => WriteAsync(n, end.Token, ct), ct)));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private async Task<int> WriteAsync(int writer, CancellationToken end, CancellationToken ct)
    {
        var random = new Random(writer);
        await using var connection = await _database.OpenConnectionAsync(ct);
        var count = 0;
        while (!end.IsCancellationRequested)
        {
            var session = Guid.NewGuid();
            await using (var logged = await connection.BeginTransactionAsync(ct))
            {
                await ExecuteAsync(connection, """
                    insert into core.sessions (session_id, user_id, activity_type, title, started_at)
                    values ($1, $2, 'strength', $3, now())
                    """, ct, session, users[random.Next(users.Length)], Title);
                await ExecuteAsync(connection, """
                    insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg, rpe)
                    select $1, md5('exercise:' || k % 4)::uuid, k, 5, 60 + k, 7.5 from generate_series(1, $2) as k
                    """, ct, session, SetsPerSession);
                await logged.CommitAsync(ct);
                count++;
            }
            if (work == AppWork.Log)
                continue;
            await using var corrected = await connection.BeginTransactionAsync(ct);
            await ExecuteAsync(connection,
                "update core.sets set reps = reps + 1 where session_id = $1 and set_index <= 3", ct, session);
            await ExecuteAsync(connection,
                "update core.sessions set ended_at = now(), updated_at = now() where session_id = $1", ct, session);
            await corrected.CommitAsync(ct);
            count++;
        }
        return count;
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}

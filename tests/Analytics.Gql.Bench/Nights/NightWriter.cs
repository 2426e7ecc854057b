// One user of the app, who logs one session after the other: what is committed when, so that every answer can be judged.
using Analytics.Gql.Bench.Writing;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Nights;

/// <summary>The n-th transaction makes the user's sessions n, their sets n and their volume n kilograms.</summary>
internal sealed class NightWriter(NpgsqlDataSource database, Guid exercise)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly List<DateTime> _committedAt = [];
    private bool _writing;
    private int _mostSeen;

    public Guid User { get; } = Guid.NewGuid();

    /// <summary>Transactions whose COMMIT answered, or that were looked for and found.</summary>
    public int Committed { get { lock (_gate) return _committedAt.Count; } }

    /// <summary>Holds an answer against what was committed.</summary>
    /// <param name="atLeast">What was committed before a fresh answer was asked for; 0 for any other.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Judge(int sessions, int sets, double volume, DateTime asOf, int atLeast)
    {
        lock (_gate)
        {
            _mostSeen = Math.Max(_mostSeen, sessions);
            if (sets != sessions || volume != sessions)
                return $"{sessions} sessions with {sets} sets and {volume} kg: no moment was like that";
            if (sessions > _committedAt.Count + (_writing ? 1 : 0))
                return $"{sessions} sessions; only {_committedAt.Count} were committed";
            if (sessions < _committedAt.Count && _committedAt[sessions] < asOf)
                return $"{sessions} sessions as of {asOf:O}; the next was committed at {_committedAt[sessions]:O}";
            return sessions < atLeast ? $"{sessions} sessions in a fresh answer; {atLeast} were committed before it was asked for" : null;
        }
    }

    public async Task RunAsync(Action<string> wrong, CancellationToken stop, CancellationToken ct)
    {
        while (!stop.IsCancellationRequested)
        {
            lock (_gate) _writing = true;
            bool committed;
            try
            {
                await WriteAsync(ct);
                committed = true;
            }
            catch (Exception e) when (NotingWriter.IsBroken(e) || e is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
            {
                committed = await CountAsync(ct) > Committed;
            }
            lock (_gate)
            {
                if (committed) _committedAt.Add(DateTime.UtcNow);
                _writing = false;
                if (_mostSeen > _committedAt.Count)
                    wrong($"an answer had {_mostSeen} sessions of {User}; {_committedAt.Count} were committed in the end");
            }
            await Task.WhenAny(Task.Delay(Pause, stop));
        }
    }

    /// <summary>Sessions that core has, as soon as it answers.</summary>
    public async Task<int> CountAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(ct);
                return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
                    "select count(*) from core.sessions where user_id = @User", new { User }, cancellationToken: ct));
            }
            catch (Exception e) when (NotingWriter.IsBroken(e))
            {
                await Task.Delay(LookAgain, ct);
            }
        }
    }

    private async Task WriteAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            with logged as (
                insert into core.sessions (user_id, activity_type, started_at)
                values (@User, 'strength', timestamptz '2026-03-01Z' + random() * interval '20 days') returning session_id
            )
            insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg)
            select session_id, @exercise, 0, 1, 1 from logged
            """, new { User, exercise }, cancellationToken: ct));
    }
}

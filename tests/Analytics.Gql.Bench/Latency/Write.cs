// What an app writes: each kind changes what the answer for one week says.
using Npgsql;

namespace Analytics.Gql.Bench.Latency;

internal enum WriteKind { UpdateSet, InsertSet, DeleteSet, InsertSession, MoveSession, DeleteSession }

/// <summary>The session and the working set that a write is about, and the week that shows it.</summary>
internal sealed record Target(Guid UserId, Guid SessionId, Guid SetId, DateOnly Week);

internal static class Write
{
    /// <summary>In a hundred writes: more sets than sessions, as people log.</summary>
    private static readonly (WriteKind Kind, int Share)[] Mix =
    [
        (WriteKind.UpdateSet, 35), (WriteKind.InsertSet, 30), (WriteKind.DeleteSet, 10), (WriteKind.InsertSession, 10),
        (WriteKind.MoveSession, 10), (WriteKind.DeleteSession, 5),
    ];

    public static WriteKind Draw(Random random)
    {
        var drawn = random.Next(Mix.Sum(m => m.Share));
        return Mix.First(m => (drawn -= m.Share) < 0).Kind;
    }

    /// <summary>The user's latest session that has a working set; null when they have none left.</summary>
    public static async Task<Target?> FindAsync(NpgsqlDataSource database, Guid userId, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            select s.session_id, t.set_id, analytics.week_of(s.started_at)
            from core.sessions as s
            cross join lateral (
                select t.set_id from core.sets as t where t.session_id = s.session_id and not t.is_warmup limit 1
            ) as t
            where s.user_id = $1
            order by s.started_at desc
            limit 1
            """);
        command.Parameters.Add(new() { Value = userId });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new Target(userId, reader.GetGuid(0), reader.GetGuid(1), reader.GetFieldValue<DateOnly>(2))
            : null;
    }

    /// <summary>Returns as soon as COMMIT has.</summary>
    /// <returns>False when another writer deleted the target in between.</returns>
    public static async Task<bool> CommitAsync(
        NpgsqlDataSource database, WriteKind kind, Target target, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Sql(kind));
        var ofSet = kind is WriteKind.UpdateSet or WriteKind.DeleteSet;
        command.Parameters.Add(new() { Value = ofSet ? target.SetId : target.SessionId });
        try
        {
            return await command.ExecuteNonQueryAsync(ct) > 0;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return false;
        }
    }

    private static string Sql(WriteKind kind) => kind switch
    {
        WriteKind.UpdateSet => """
            update core.sets
            set reps = coalesce(reps, 0) % 20 + 1, weight_kg = coalesce(weight_kg, 20) + 0.5
            where set_id = $1
            """,
        WriteKind.DeleteSet => "delete from core.sets where set_id = $1",
        WriteKind.DeleteSession => "delete from core.sessions where session_id = $1",
        WriteKind.MoveSession => """
            update core.sessions
            set started_at = started_at - interval '70 days', ended_at = ended_at - interval '70 days'
            where session_id = $1
            """,
        WriteKind.InsertSet => SetsOf("(select $1::uuid as session_id)", 1),
        _ => $"""
            with copy as (
                insert into core.sessions (user_id, activity_type, title, started_at, ended_at)
                select s.user_id, s.activity_type, 'Logged by the bench', s.started_at, s.ended_at
                from core.sessions as s where s.session_id = $1
                returning session_id
            )
            {SetsOf("copy", 8)}
            """,
    };

    private static string SetsOf(string sessions, int count) => $"""
        insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg, rpe)
        select s.session_id, md5('exercise:' || k)::uuid, k, 5, 60 + k, 7.5
        from {sessions} as s cross join generate_series(1, {count}) as k
        """;
}

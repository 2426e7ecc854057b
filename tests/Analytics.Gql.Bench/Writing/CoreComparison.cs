// Whether everything is there: core against what the writers noted, each aggregate's *_current against its *_live.
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Writing;

internal static class CoreComparison
{
    private sealed record Found(Guid SessionId, Guid UserId, DateTime StartedAt, string Title, long Sets, long Reps)
    {
        public Logged ToLogged() => new(UserId, StartedAt, Title, Sets, Reps);
    }

    /// <summary>With the writers stopped and nothing pending.</summary>
    public static async Task RunAsync(
        IReadOnlyList<NotingWriter> writers, NpgsqlDataSource primary, WriteTally tally, CancellationToken ct)
    {
        tally.Comparisons++;
        await CompareWritesAsync(writers, primary, tally, ct);
        foreach (var drift in await new Verification(primary).RunAsync(ct))
        {
            if (drift.Rows == 0 && drift.PendingUsers == 0)
                continue;
            tally.DriftedRows += drift.Rows + drift.PendingUsers;
            tally.Findings.Add(
                $"{drift.Aggregate}: {drift.Rows} rows drifted, {drift.PendingUsers} users pending: "
                + string.Join(", ", drift.Examples));
        }
    }

    private static async Task CompareWritesAsync(
        IReadOnlyList<NotingWriter> writers, NpgsqlDataSource primary, WriteTally tally, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        var found = (await connection.QueryAsync<Found>(new CommandDefinition("""
            select s.session_id as SessionId, s.user_id as UserId, s.started_at as StartedAt, s.title as Title,
                   count(t.set_id) as Sets, coalesce(sum(t.reps), 0) as Reps
            from core.sessions as s left join core.sets as t on t.session_id = s.session_id
            where starts_with(s.title, @TitlePrefix)
            group by s.session_id
            """, new { NotingWriter.TitlePrefix }, cancellationToken: ct)))
            .ToDictionary(f => f.SessionId, f => f.ToLogged());
        foreach (var (session, noted) in writers.SelectMany(w => w.Sessions))
            if (!found.Remove(session, out var there) || there != noted)
            {
                tally.LostWrites++;
                tally.Findings.Add($"session {session} is {there?.ToString() ?? "gone"}; its writer noted {noted}");
            }
        tally.UnexplainedWrites += found.Count;
        tally.Findings.AddRange(found.Select(f => $"session {f.Key} is there though no writer noted it: {f.Value}"));
    }
}

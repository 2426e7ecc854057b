// The queue of staged changes: whether it is drained, and what holds that up.
using System.Globalization;

namespace Analytics.Store.Doctor;

internal static class QueueChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("queue.lock", Severity.Error, "Whoever holds a lock of the refresh engine has been resting: nobody can drain or refresh.",
            "select pg_terminate_backend(…)", LockAsync),
        new("queue.failing", Severity.Warning, "Staged changes could not be recomputed and are set aside; they stay pending.",
            "Mend the row that the error names; then let them be tried at once.", FailingAsync),
        new("queue.late", Severity.Error, "Staged changes have been waiting: no server drains, or it cannot keep up.",
            "analytics-gql refresh", LateAsync),
        new("queue.deep", Severity.Warning, "More is staged than Analytics:Refresh:MaxStaged: a full refresh is the shorter way.",
            "analytics-gql refresh --full", DeepAsync),
    ];

    private sealed record Holder(int Pid, string Purpose, string State, double RestingS);

    private static Task<IReadOnlyList<Fault>> LockAsync(Examination on, CancellationToken ct) => on.FaultsAsync<Holder>("""
        select l.pid as Pid, p.purpose as Purpose, a.state as State,
               extract(epoch from clock_timestamp() - a.state_change)::float8 as RestingS
        from unnest(array['drain', 'full-refresh']) as p (purpose)
        join pg_database as d on d.datname = current_database()
        join pg_locks as l on l.locktype = 'advisory' and l.granted and l.database = d.oid
            and (l.classid::bigint << 32 | l.objid::bigint) = analytics.lock_id(p.purpose) and l.objsubid = 1
        join pg_stat_activity as a on a.pid = l.pid
        where a.state like 'idle%' and a.state_change < clock_timestamp() - @Patience::interval
        """,
        h => new Fault(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Process {h.Pid} holds the lock '{h.Purpose}' and has been {h.State} for {h.RestingS:F0} s."),
            Remedy.Sql($"select pg_terminate_backend({h.Pid})")), ct, new { on.Options.Patience });

    private static async Task<IReadOnlyList<Fault>> FailingAsync(Examination on, CancellationToken ct)
    {
        var (rows, error) = (await on.QueryAsync<(long Rows, string? Error)>("""
            select count(*), max(c.error) from analytics.staging_changes as c where c.retry_at > statement_timestamp()
            """, ct))[0];
        return rows == 0 ? [] : [new Fault(
            $"{rows} staged changes are set aside, such as: {error}.",
            Remedy.Advice("Mend the row of core that the error names."),
            Remedy.Sql("update analytics.staging_changes set retry_at = null where retry_at is not null"),
            Remedy.Command("analytics-gql refresh"))];
    }

    private static async Task<IReadOnlyList<Fault>> LateAsync(Examination on, CancellationToken ct)
    {
        var waitingS = await on.ScalarAsync<double?>("""
            select extract(epoch from clock_timestamp() - min(c.changed_at))::float8
            from analytics.staging_changes as c cross join analytics.refresh_state as s
            where s.mode = 'Incremental' and c.retry_at is null and c.folded_by is null
            """, ct);
        return waitingS is null || waitingS <= on.Options.Patience.TotalSeconds ? [] : [new Fault(
            string.Create(CultureInfo.InvariantCulture, $"The oldest staged change has been waiting for {waitingS:F0} s."),
            Remedy.Command("analytics-gql refresh"), Remedy.Advice("See that a server runs, and what its log says."))];
    }

    private static async Task<IReadOnlyList<Fault>> DeepAsync(Examination on, CancellationToken ct)
    {
        var most = on.Options.MaxStaged;
        var staged = await on.ScalarAsync<long>(
            "select count(*) from (select from analytics.staging_changes limit @limit) as c", ct, new { limit = most + 1L });
        return staged <= most ? [] : [new Fault(
            $"More than {most} changes are staged.", Remedy.Command("analytics-gql refresh --full"))];
    }
}

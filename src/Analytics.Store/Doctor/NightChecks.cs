// The nightly full refresh: whether it happened, and how it ended.
namespace Analytics.Store.Doctor;

internal static class NightChecks
{
    private static readonly Remedy Refresh = Remedy.Command("analytics-gql refresh --full");

    public static IReadOnlyList<Check> All { get; } =
    [
        new("night.missed", Severity.Warning, "No full refresh has begun since the latest 02:00 UTC, and none is running.",
            "analytics-gql refresh --full", (on, ct) => on.FaultsAsync<DateTime?>("""
                select s.last_full_refresh_at
                from analytics.refresh_state as s
                cross join (select (statement_timestamp() at time zone 'UTC')::timestamp as now) as t
                where s.mode <> 'Live'
                  and not exists (select from analytics.refresh_runs as r where r.kind = 'FULL' and r.outcome = 'RUNNING')
                  and (s.last_full_refresh_at is null
                       or s.last_full_refresh_at at time zone 'UTC' < date_trunc('day', t.now - interval '2 hours') + interval '2 hours')
                """,
                last => new Fault(
                    last is null ? "There was no full refresh yet." : $"The last full refresh began at {last:u}.", Refresh), ct)),
        new("night.failed", Severity.Error, "The latest full refresh failed.", "analytics-gql refresh --full",
            (on, ct) => on.FaultsAsync<string>("""
                select r.error from (
                    select r.outcome, r.error from analytics.refresh_runs as r
                    where r.kind = 'FULL' and r.outcome <> 'RUNNING' order by r.run_id desc limit 1
                ) as r
                where r.outcome = 'FAILED'
                """,
                error => new Fault($"The latest full refresh failed: {error}", Refresh), ct)),
    ];
}

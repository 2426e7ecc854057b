// What an operator watches of the engine: one cheap statement, for gauges and health checks.
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>The engine at one moment. Ages by the database's clock.</summary>
/// <param name="StagedChanges">Exact up to <see cref="RefreshObserver.CountedExactly"/>, beyond it PostgreSQL's estimate.</param>
/// <param name="OldestStagedS">Seconds that the oldest of them has been waiting; 0 when there is none.</param>
/// <param name="LagS">Seconds that the oldest change has been waiting which readers do not see; 0 when they see all.</param>
/// <param name="LastFullRefreshAt">UTC; null when there was none since the aggregates were built.</param>
/// <param name="FullRefreshRunningS">Seconds that one has been running; 0 when none is.</param>
/// <param name="FullRefreshFailed">The latest that ended failed.</param>
/// <param name="AuditFailed">The latest audit found what it could not mend, such as a trigger that is off.</param>
/// <param name="AuditDriftedRows">Rows that differed from the base tables in the latest audit.</param>
/// <param name="DeltaRows">By aggregate, estimated by PostgreSQL.</param>
public sealed record RefreshObservation(
    RefreshMode Mode, long StagedChanges, double OldestStagedS, double LagS, DateTime? LastFullRefreshAt,
    double FullRefreshRunningS, bool FullRefreshFailed, bool AuditFailed, long AuditDriftedRows,
    IReadOnlyDictionary<string, long> DeltaRows);

public sealed class RefreshObserver(NpgsqlDataSource primary)
{
    /// <summary>Staged changes are counted one by one up to here.</summary>
    public const int CountedExactly = 10_000;

    private sealed class Row
    {
        public required string Mode { get; init; }
        public long StagedChanges { get; init; }
        public double OldestStagedS { get; init; }
        public double LagS { get; init; }
        public DateTime? LastFullRefreshAt { get; init; }
        public double FullRefreshRunningS { get; init; }
        public bool FullRefreshFailed { get; init; }
        public bool AuditFailed { get; init; }
        public long AuditDriftedRows { get; init; }
        public string[] Aggregates { get; init; } = [];
        public long[] DeltaRows { get; init; } = [];
    }

    /// <exception cref="PostgresException">The database is not migrated, or refuses.</exception>
    public async Task<RefreshObservation> ObserveAsync(CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // A plan made while the queue is empty would scan it whole, and the session keeps it while it fills.
        await connection.ExecuteAsync(new CommandDefinition("set local enable_seqscan = off", cancellationToken: ct));
        var row = await connection.QuerySingleAsync<Row>(new CommandDefinition(
            Observe, new { CountedExactly }, cancellationToken: ct));
        await transaction.CommitAsync(ct);
        return new RefreshObservation(
            Enum.Parse<RefreshMode>(row.Mode), row.StagedChanges, row.OldestStagedS, row.LagS, row.LastFullRefreshAt,
            row.FullRefreshRunningS, row.FullRefreshFailed, row.AuditFailed, row.AuditDriftedRows,
            row.Aggregates.Zip(row.DeltaRows).ToDictionary(d => d.First, d => d.Second));
    }

    // Each part is a probe of an index, a bounded count, or a look at statistics. What readers miss is in the queue, or,
    // where they read the matviews alone, also in the deltas: the service's own freshness says since when.
    private const string Observe = """
        with queue as (
            select count(*) as rows
            from (select from analytics.staging_changes as c order by c.changed_at limit @CountedExactly) as c
        ),
        oldest as (
            select coalesce(greatest(extract(epoch from clock_timestamp() - min(c.changed_at)), 0), 0)::float8 as age_s
            from analytics.staging_changes as c
        ),
        deltas as (
            select array_agg(a.name order by a.ordinal) as names,
                   array_agg(coalesce(pg_stat_get_live_tuples(to_regclass(format('analytics.%I', a.name || '_delta'))), 0)
                             order by a.ordinal) as rows
            from analytics.aggregates as a
        ),
        latest as (
            select r.outcome, r.started_at from analytics.refresh_runs as r
            where r.kind = 'FULL' order by r.started_at desc limit 1
        ),
        ended as (
            select r.outcome from analytics.refresh_runs as r
            where r.kind = 'FULL' and r.outcome <> 'RUNNING' order by r.started_at desc limit 1
        ),
        audit as (
            select r.outcome, r.keys from analytics.refresh_runs as r
            where r.kind = 'AUDIT' order by r.started_at desc limit 1
        )
        select s.mode as Mode,
               case when q.rows < @CountedExactly then q.rows
                    else greatest(q.rows, pg_stat_get_live_tuples('analytics.staging_changes'::regclass)) end as StagedChanges,
               o.age_s as OldestStagedS,
               case s.mode when 'Live' then 0
                           when 'Incremental' then o.age_s
                           else (select f.lag_s from analytics.service_freshness('MATVIEW') as f) end as LagS,
               s.last_full_refresh_at as LastFullRefreshAt,
               coalesce((select extract(epoch from clock_timestamp() - l.started_at) from latest as l
                         where l.outcome = 'RUNNING'), 0)::float8 as FullRefreshRunningS,
               coalesce((select e.outcome = 'FAILED' from ended as e), false) as FullRefreshFailed,
               coalesce((select a.outcome = 'FAILED' from audit as a), false) as AuditFailed,
               coalesce((select a.keys from audit as a), 0) as AuditDriftedRows,
               coalesce(d.names, '{}') as Aggregates, coalesce(d.rows, '{}') as DeltaRows
        from analytics.refresh_state as s cross join queue as q cross join oldest as o cross join deltas as d
        """;
}

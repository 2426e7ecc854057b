// The history of refresh runs: reading it, adding failures to it, and letting old entries go.
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>One run, as <c>analytics.refresh_runs</c> holds it. Times in UTC.</summary>
/// <param name="Kind">INCREMENTAL, FULL or AUDIT.</param>
/// <param name="Outcome">RUNNING, SUCCEEDED or FAILED.</param>
public sealed record RefreshRunRow(
    long RunId, string Kind, string Outcome, DateTime StartedAt, DateTime? EndedAt, long StagedChanges, long Keys, string? Error);

public sealed class RefreshRuns(NpgsqlDataSource primary)
{
    /// <summary>The latest runs, newest first.</summary>
    /// <param name="kind">Only these; null: all.</param>
    public async Task<IReadOnlyList<RefreshRunRow>> LatestAsync(int count, string? kind, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        // Of one kind by its index: a full refresh may lie behind a day's hundred thousands of drains.
        return [.. await connection.QueryAsync<RefreshRunRow>(new CommandDefinition($"""
            select r.run_id as RunId, r.kind as Kind, r.outcome as Outcome, r.started_at as StartedAt, r.ended_at as EndedAt,
                   r.staged_changes as StagedChanges, r.keys as Keys, r.error as Error
            from analytics.refresh_runs as r
            {(kind is null ? "order by" : "where r.kind = @kind order by r.started_at desc,")} r.run_id desc
            limit @count
            """, new { count, kind }, cancellationToken: ct))];
    }

    /// <summary>Adds a drain that failed; the drain itself rolled back with all it wrote.</summary>
    public async Task RecordFailureAsync(TimeSpan took, string error, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            insert into analytics.refresh_runs (kind, outcome, started_at, ended_at, error)
            select 'INCREMENTAL', 'FAILED', t.now - @took::interval, t.now, @error from clock_timestamp() as t (now)
            """, new { took, error }, cancellationToken: ct));
    }

    /// <summary>Adds an audit.</summary>
    /// <param name="keys">Rows that differed.</param>
    /// <param name="error">What is wrong and was not mended by staging it; null when nothing is.</param>
    public async Task RecordAuditAsync(DateTime startedAt, long keys, string? error, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            insert into analytics.refresh_runs (kind, outcome, started_at, ended_at, keys, error)
            values ('AUDIT', @outcome, @startedAt, clock_timestamp(), @keys, @error)
            """, new { outcome = error is null ? "SUCCEEDED" : "FAILED", startedAt, keys, error }, cancellationToken: ct));
    }

    /// <summary>Deletes incremental runs and events older than the first span, and full refreshes older than the second.</summary>
    /// <returns>Rows deleted.</returns>
    public async Task<int> ForgetAsync(TimeSpan incremental, TimeSpan full, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition("""
            delete from analytics.refresh_runs where kind <> 'FULL' and started_at < now() - @incremental;
            delete from analytics.refresh_runs where kind = 'FULL' and outcome <> 'RUNNING' and started_at < now() - @full;
            delete from analytics.refresh_events where refreshed_at < now() - @incremental;
            """, new { incremental, full }, cancellationToken: ct));
    }
}

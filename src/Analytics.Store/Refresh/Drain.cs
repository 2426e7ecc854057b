// One call of analytics.drain: a bounded batch of staged changes, in one transaction of the database's own.
using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>What one drain did.</summary>
/// <param name="Ran">False when another node held the lock or the mode is not Incremental.</param>
/// <param name="StagedChanges">Staged changes taken off the queue.</param>
/// <param name="Keys">Aggregate rows recomputed.</param>
/// <param name="Number">Its number in refresh_events; null when nothing was due.</param>
/// <param name="SetAside">Staged changes whose recomputation raised: they stay pending, to be tried again later.</param>
/// <param name="KeysOf">The keys by aggregate; null when nothing was recomputed, or of several batches together.</param>
public sealed record DrainResult(
    bool Ran, long StagedChanges, long Keys, long? Number, long SetAside = 0, IReadOnlyDictionary<string, long>? KeysOf = null);

/// <summary>Drains staged changes into the deltas.</summary>
/// <param name="maxRows">Staged changes a batch, at least 1.</param>
/// <param name="maxUsers">Whole users a batch, at least 1; each may stand for thousands of keys.</param>
public sealed class Drain(NpgsqlDataSource primary, int maxRows = 2000, int maxUsers = 10)
{
    private sealed record Row(long StagedChanges, long Keys, long? DrainNumber, long SetAside, string KeysOf);

    /// <param name="changedSince">Takes only changes written since; null: any.</param>
    /// <exception cref="PostgresException">Locks, time or space ran out; nothing was taken off the queue, and the failure is in
    /// refresh_runs.</exception>
    public async Task<DrainResult> RunBatchAsync(CancellationToken ct, DateTime? changedSince = null)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var result = await DrainAsync(changedSince, ct);
            RefreshTelemetry.Drained(started, result);
            return result;
        }
        catch (PostgresException refused) when (!ct.IsCancellationRequested)
        {
            RefreshTelemetry.DrainFailed(started, refused);
            await RecordAsync(Stopwatch.GetElapsedTime(started), refused, ct);
            throw;
        }
    }

    private async Task RecordAsync(TimeSpan took, PostgresException refused, CancellationToken ct)
    {
        try
        {
            await new RefreshRuns(primary).RecordFailureAsync(took, $"{refused.MessageText} ({refused.SqlState})", ct);
        }
        catch (NpgsqlException)
        {
            // The history is in the database that refuses; the caller is told of the drain's own fault.
        }
    }

    private async Task<DrainResult> DrainAsync(DateTime? changedSince, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition("""
            select d.staged_changes as StagedChanges, d.keys as Keys, d.drain_number as DrainNumber, d.set_aside as SetAside,
                   d.keys_by::text as KeysOf
            from analytics.drain(@maxRows, @maxUsers, @changedSince::timestamptz) as d
            """, new { maxRows, maxUsers, changedSince }, cancellationToken: ct));
        return row is null
            ? new DrainResult(false, 0, 0, null)
            : new DrainResult(
                true, row.StagedChanges, row.Keys, row.DrainNumber, row.SetAside,
                row.Keys == 0 ? null : JsonSerializer.Deserialize<Dictionary<string, long>>(row.KeysOf));
    }

    /// <summary>Drains until nothing is staged, or somebody else does.</summary>
    /// <returns>The sums over all batches; Ran is false when the first could not run.</returns>
    /// <param name="step">Told of each batch, of as many staged changes as there were at first.</param>
    public async Task<DrainResult> RunUntilEmptyAsync(CancellationToken ct, Action<RefreshStep>? step = null)
    {
        var total = new DrainResult(false, 0, 0, null);
        var staged = step is null ? 0 : await StagedAsync(ct);
        while (true)
        {
            var batch = await RunBatchAsync(ct);
            // A batch of nothing but set-aside changes is progress too: they are not due again for a while.
            if (batch is { StagedChanges: 0, SetAside: 0 })
                return total with { Ran = total.Ran || batch.Ran };
            total = new DrainResult(
                true, total.StagedChanges + batch.StagedChanges, total.Keys + batch.Keys, batch.Number ?? total.Number,
                total.SetAside + batch.SetAside);
            step?.Invoke(new RefreshStep("draining staged changes", total.StagedChanges, Math.Max(staged, total.StagedChanges)));
        }
    }

    private async Task<long> StagedAsync(CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<long>(
            new CommandDefinition("select count(*) from analytics.staging_changes", cancellationToken: ct));
    }
}

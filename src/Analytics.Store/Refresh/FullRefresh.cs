// The full refresh: folds everything into the matviews and empties the deltas and the queue of what they now contain.
//
// begin   (drain's lock, one transaction): raise the generation, stamp what is staged, open the run ⇒ commit
// refresh (a transaction for each aggregate): note the time, REFRESH … CONCURRENTLY; then under the drain's lock, where
//         that may have met it, stage again what was drained meanwhile ⇒ commit; one failing does not stop the rest
// finish  (drain's lock, one transaction): purge older generations of the aggregates that succeeded, publish their
//         stamps, delete exactly the stamped rows if all succeeded, stage again what was drained since, close the
//         run ⇒ commit
//
// Not one transaction: a bump in REFRESH's own would not be seen by the drains that run beside it.
// Staging is never cleared by age or number: a lower one may be uncommitted, and a commit may fall between.
using System.Data;
using System.Diagnostics;
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>How a full refresh ended.</summary>
/// <param name="Ran">False when another one was running, or the mode is Live.</param>
/// <param name="StagedChanges">Staged changes that it cleared.</param>
/// <param name="Errors">One sentence for each aggregate that could not be refreshed.</param>
public sealed record FullRefreshResult(bool Ran, long StagedChanges, IReadOnlyList<string> Errors)
{
    public bool Succeeded => Ran && Errors.Count == 0;
}

/// <summary>Refreshes every matview without blocking its readers.</summary>
public sealed class FullRefresh(string connectionString)
{
    /// <summary>For one session a night. With PostgreSQL's 4 MB it sorts and hashes on disk, and reads every set by an index to
    /// avoid that: a quarter more CPU for personal records.</summary>
    private const string WorkMemory = "64MB";

    /// <summary>None: readers have the other cores. With two, personal records take 0.85 of the time and 1.2 times the CPU.</summary>
    private const int ParallelWorkers = 0;

    /// <summary>The last step: every aggregate is refreshed, and what they replace is about to go.</summary>
    public const string Finishing = "finishing";

    private sealed record Stamped(string Aggregate, DateTime Stamp);

    // Unpooled and with no statement timeout: the session lock must not travel, and a night may take its time.
    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        Multiplexing = false,
        CommandTimeout = 0,
    }.ConnectionString;

    /// <summary>Runs unless one is running. Killed at any point it leaves nothing wrong, only the work to be done again.</summary>
    /// <param name="step">Told of each aggregate.</param>
    public async Task<FullRefreshResult> RunAsync(CancellationToken ct, Action<RefreshStep>? step = null)
    {
        // A data source only for its name: traces would else call it by its connection string.
        await using var source = new NpgsqlDataSourceBuilder(_connectionString) { Name = "full refresh" }.Build();
        await using var connection = await source.OpenConnectionAsync(ct);
        await ExecuteAsync(connection, $"""
            set statement_timeout = 0; set client_min_messages = warning;
            set work_mem = '{WorkMemory}'; set max_parallel_workers_per_gather = {ParallelWorkers}
            """, ct);
        if (!await ScalarAsync<bool>(connection, "select pg_try_advisory_lock(analytics.lock_id('full-refresh'))", ct))
            return new FullRefreshResult(false, 0, []);

        var result = await WatchedAsync(connection, step, ct);
        // Closing lets go of the lock too, but a moment after we returned: another run begun at once would not run.
        await ExecuteAsync(connection, "select pg_advisory_unlock_all()", CancellationToken.None);
        return result;
    }

    private static async Task<FullRefreshResult> WatchedAsync(
        NpgsqlConnection connection, Action<RefreshStep>? step, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        using var span = RefreshTelemetry.BeginFullRefresh();
        try
        {
            var result = await RunLockedAsync(connection, step, ct);
            RefreshTelemetry.FullRefreshed(span, started, result);
            return result;
        }
        catch (Exception fault)
        {
            RefreshTelemetry.FullRefreshFailed(span, started, fault);
            throw;
        }
    }

    private static async Task<FullRefreshResult> RunLockedAsync(
        NpgsqlConnection connection, Action<RefreshStep>? step, CancellationToken ct)
    {
        if (await BeginAsync(connection, ct) is not { } run)
            return new FullRefreshResult(false, 0, []);
        var (stamps, errors) = await RefreshAsync(connection, step, ct);
        step?.Invoke(new RefreshStep(Finishing, stamps.Count + errors.Count, stamps.Count + errors.Count));
        return new FullRefreshResult(true, await FinishAsync(connection, run, stamps, errors, ct), errors);
    }

    private sealed record Run(long Id, long Generation);

    private static async Task<Run?> BeginAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await LockOutDrainAsync(connection, ct);
        // Whoever left one open died: we hold the lock that it held.
        await ExecuteAsync(connection, "select analytics.give_up_full_refresh()", ct);
        var generation = await ScalarAsync<long?>(connection, """
            update analytics.refresh_state set generation = generation + 1, folding_from = drain_number
            where mode <> 'Live' returning generation
            """, ct);
        if (generation is null)
            return null;
        await ExecuteAsync(connection, "update analytics.staging_changes set folded_by = @generation", ct, new { generation });
        var id = await ScalarAsync<long>(connection, """
            insert into analytics.refresh_runs (kind, outcome, started_at) values ('FULL', 'RUNNING', clock_timestamp())
            returning run_id
            """, ct);
        await transaction.CommitAsync(ct);
        return new Run(id, generation.Value);
    }

    private static async Task<(List<Stamped>, List<string>)> RefreshAsync(
        NpgsqlConnection connection, Action<RefreshStep>? step, CancellationToken ct)
    {
        var stamps = new List<Stamped>();
        var errors = new List<string>();
        var aggregates = await AggregateCatalogue.ReadAsync(connection, ct);
        foreach (var aggregate in aggregates)
        {
            step?.Invoke(new RefreshStep($"refreshing {aggregate.Name}", stamps.Count + errors.Count, aggregates.Count));
            if (aggregate.IsFolded && stamps.All(s => s.Aggregate != AggregateCatalogue.Places))
            {
                errors.Add($"{aggregate.Name}: not refreshed, because {AggregateCatalogue.Places}, which it is made of, was not");
                continue;
            }
            var started = Stopwatch.GetTimestamp();
            using var span = RefreshTelemetry.BeginView(aggregate.Name);
            try
            {
                // Before REFRESH takes its snapshot: the stamp may be too early, never too late. What is made of session_summary
                // is as old as that.
                var stamp = aggregate.IsFolded
                    ? stamps.Single(s => s.Aggregate == AggregateCatalogue.Places).Stamp
                    : await ScalarAsync<DateTime>(connection, "select clock_timestamp()", ct);
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
                await ExecuteAsync(connection, "select analytics.refresh_aggregate(@Name)", ct, new { aggregate.Name });
                await transaction.CommitAsync(ct);
                stamps.Add(new Stamped(aggregate.Name, stamp));
                RefreshTelemetry.Viewed(span, aggregate.Name, started);
            }
            catch (PostgresException e) when (e.SqlState != PostgresErrorCodes.QueryCanceled && e.SqlState != PostgresErrorCodes.AdminShutdown)
            {
                errors.Add($"{aggregate.Name}: {e.MessageText} ({e.SqlState})");
                RefreshTelemetry.Viewed(span, aggregate.Name, started, e);
            }
        }
        return (stamps, errors);
    }

    private static async Task<long> FinishAsync(
        NpgsqlConnection connection, Run run, List<Stamped> stamps, List<string> errors, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await LockOutDrainAsync(connection, ct);
        foreach (var (aggregate, stamp) in stamps)
        {
            // The tombstones of session_summary say whose a deleted session was: where another view failed, what is staged
            // is drained later, and needs them.
            if (aggregate != AggregateCatalogue.Places || errors.Count == 0)
                await ExecuteAsync(
                    connection, $"delete from analytics.{aggregate}_delta where generation < @Generation", ct, new { run.Generation });
            await ExecuteAsync(
                connection, "update analytics.refresh_state set stamps = stamps || jsonb_build_object(@aggregate::text, @stamp::timestamptz)",
                ct, new { aggregate, stamp });
        }
        var cleared = 0;
        if (errors.Count == 0)
        {
            cleared = await ExecuteAsync(
                connection, "delete from analytics.staging_changes where folded_by = @Generation", ct, new { run.Generation });
            await ExecuteAsync(
                connection, "update analytics.refresh_state set last_full_refresh_at = @first",
                ct, new { first = stamps.Min(s => (DateTime?)s.Stamp) });
        }
        await ExecuteAsync(connection, "select analytics.end_folding()", ct);
        await ExecuteAsync(connection, """
            update analytics.refresh_runs
            set outcome = @outcome, ended_at = clock_timestamp(), staged_changes = @cleared, error = @error
            where run_id = @Id
            """, ct,
            new { outcome = errors.Count == 0 ? "SUCCEEDED" : "FAILED", cleared, error = errors.Count == 0 ? null : string.Join("; ", errors), run.Id });
        await transaction.CommitAsync(ct);
        return cleared;
    }

    private static Task<int> LockOutDrainAsync(NpgsqlConnection connection, CancellationToken ct) =>
        ExecuteAsync(connection, "select pg_advisory_xact_lock(analytics.lock_id('drain'))", ct);

    private static Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct, object? parameters = null) =>
        connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: ct));

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken ct) =>
        (await connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, cancellationToken: ct)))!;
}

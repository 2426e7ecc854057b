// The full refresh: folds everything into the matviews and empties the deltas and the queue of what they now contain.
//
// begin   (drain's lock, one transaction): raise the generation, stamp what is staged, open the run ⇒ commit
// refresh (no transaction): note the time, REFRESH … CONCURRENTLY, for each aggregate; one failing does not stop the rest
// finish  (drain's lock, one transaction): purge older generations of the aggregates that succeeded, publish their
//         stamps, delete exactly the stamped rows if all succeeded, close the run ⇒ commit
//
// Three calls and not one: a bump in REFRESH's own transaction would not be seen by the drains that run beside it.
// Staging is never cleared by age or number: a lower one may be uncommitted, and a commit may fall between.
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
    private sealed record Stamped(string Aggregate, DateTime Stamp);

    // Unpooled and with no statement timeout: the session lock must not travel, and a night may take its time.
    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        Multiplexing = false,
        CommandTimeout = 0,
    }.ConnectionString;

    /// <summary>Runs unless one is running. Killed at any point it leaves nothing wrong, only the work to be done again.</summary>
    public async Task<FullRefreshResult> RunAsync(CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(ct);
        await connection.ExecuteAsync("set statement_timeout = 0; set client_min_messages = warning");
        if (!await connection.ExecuteScalarAsync<bool>("select pg_try_advisory_lock(analytics.lock_id('full-refresh'))"))
            return new FullRefreshResult(false, 0, []);

        if (await BeginAsync(connection, ct) is not { } run)
            return new FullRefreshResult(false, 0, []);
        var (stamps, errors) = await RefreshAsync(connection, ct);
        var cleared = await FinishAsync(connection, run, stamps, errors, ct);
        return new FullRefreshResult(true, cleared, errors);
    }

    private sealed record Run(long Id, long Generation);

    private static async Task<Run?> BeginAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await LockOutDrainAsync(connection, ct);
        // Whoever left a run open died: we hold the lock that it held.
        await connection.ExecuteAsync("""
            update analytics.refresh_runs
            set outcome = 'FAILED', ended_at = clock_timestamp(), error = 'Ended before it was done; a later run does its work.'
            where kind = 'FULL' and outcome = 'RUNNING'
            """);
        var generation = await connection.ExecuteScalarAsync<long?>(
            "update analytics.refresh_state set generation = generation + 1 where mode <> 'Live' returning generation");
        if (generation is null)
            return null;
        await connection.ExecuteAsync("update analytics.staging_changes set folded_by = @generation", new { generation });
        var id = await connection.ExecuteScalarAsync<long>("""
            insert into analytics.refresh_runs (kind, outcome, started_at) values ('FULL', 'RUNNING', clock_timestamp())
            returning run_id
            """);
        await transaction.CommitAsync(ct);
        return new Run(id, generation.Value);
    }

    private static async Task<(List<Stamped>, List<string>)> RefreshAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var stamps = new List<Stamped>();
        var errors = new List<string>();
        foreach (var aggregate in await AggregateCatalogue.ReadAsync(connection, ct))
        {
            try
            {
                // Before REFRESH takes its snapshot: the stamp may be too early, never too late.
                var stamp = await connection.ExecuteScalarAsync<DateTime>("select clock_timestamp()");
                await connection.ExecuteAsync(new CommandDefinition(
                    $"refresh materialized view concurrently analytics.{aggregate.Name}", cancellationToken: ct));
                stamps.Add(new Stamped(aggregate.Name, stamp));
            }
            catch (PostgresException e) when (e.SqlState != PostgresErrorCodes.QueryCanceled && e.SqlState != PostgresErrorCodes.AdminShutdown)
            {
                errors.Add($"{aggregate.Name}: {e.MessageText} ({e.SqlState})");
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
            await connection.ExecuteAsync($"delete from analytics.{aggregate}_delta where generation < @Generation", new { run.Generation });
            await connection.ExecuteAsync(
                "update analytics.refresh_state set stamps = stamps || jsonb_build_object(@aggregate::text, @stamp::timestamptz)",
                new { aggregate, stamp });
        }
        var cleared = 0;
        if (errors.Count == 0)
        {
            cleared = await connection.ExecuteAsync(
                "delete from analytics.staging_changes where folded_by = @Generation", new { run.Generation });
            await connection.ExecuteAsync(
                "update analytics.refresh_state set last_full_refresh_at = @first", new { first = stamps.Min(s => (DateTime?)s.Stamp) });
        }
        await connection.ExecuteAsync("""
            update analytics.refresh_runs
            set outcome = @outcome, ended_at = clock_timestamp(), staged_changes = @cleared, error = @error
            where run_id = @Id
            """,
            new { outcome = errors.Count == 0 ? "SUCCEEDED" : "FAILED", cleared, error = errors.Count == 0 ? null : string.Join("; ", errors), run.Id });
        await transaction.CommitAsync(ct);
        return cleared;
    }

    private static Task<int> LockOutDrainAsync(NpgsqlConnection connection, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(analytics.lock_id('drain'))", cancellationToken: ct));
}

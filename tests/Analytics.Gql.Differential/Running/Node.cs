// One node: runs operations through the store, on connections of its own.
using System.Diagnostics.CodeAnalysis;
using Analytics.Gql.Differential.Operations;
using Analytics.Store;
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Differential.Running;

public sealed class Node : IAsyncDisposable
{
    private readonly NpgsqlDataSource _primary, _writes;
    private readonly FullRefresh _fullRefresh, _mortalRefresh;
    private readonly string _mortal = $"mortal {Guid.NewGuid()}";
    private readonly RefreshControl _control;

    public Node(string connectionString)
    {
        _primary = DataSources.Primary(connectionString);
        var writes = new NpgsqlConnectionStringBuilder(connectionString);
        // Writers that pick rows at random meet in deadlocks; the usual second would be most of a run.
        writes.Options = $"{writes.Options} -c deadlock_timeout=20ms";
        _writes = NpgsqlDataSource.Create(writes.ConnectionString);
        _fullRefresh = new FullRefresh(connectionString);
        _mortalRefresh = new FullRefresh(
            new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = _mortal }.ConnectionString);
        _control = new RefreshControl(_primary);
    }

    public NpgsqlDataSource Source => _writes;

    /// <summary>Runs it; what the database refuses for good reasons (a deadlock, a missing parent) is an outcome.</summary>
    public async Task<string> RunAsync(Operation operation, Tally tally, CancellationToken ct)
    {
        tally.Operation();
        switch (operation)
        {
            case Transaction transaction:
                return await WriteAsync(transaction, tally, ct);
            case DrainBatch drain:
                var drained = await DrainAsync(drain.MaxRows, tally, ct);
                return drained.Ran ? $"{drained.StagedChanges} staged changes" : "did not run";
            case FullRefreshRun:
                return await FullRefreshAsync(tally, ct);
            case KilledFullRefresh killed:
                return await KillAsync(_mortalRefresh.RunAsync(ct), killed.AfterMs, tally, ct);
            case ModeSwitch mode:
                return $"was {await _control.SwitchAsync(mode.Mode, ct)}";
            default:
                throw new ArgumentException($"Nobody knows how to run a {operation.GetType().Name}.", nameof(operation));
        }
    }

    public async Task<DrainResult> DrainAsync(int maxRows, Tally tally, CancellationToken ct)
    {
        try
        {
            var drained = await new Drain(_primary, maxRows, maxUsers: 1).RunBatchAsync(ct);
            tally.Drain(drained);
            return drained;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            tally.Refusal(); // with a truncate; it rolled back and is done again
            return new DrainResult(false, 0, 0, null);
        }
    }

    /// <summary>Back to Incremental, the full refresh that was asked for, and drains until nothing is staged.</summary>
    public async Task SettleAsync(Tally tally, CancellationToken ct)
    {
        await _control.SwitchAsync(RefreshMode.Incremental, ct);
        for (var patience = 500; ; patience--)
        {
            if ((await _control.ReadAsync(ct)).FullRefreshAsked)
                await FullRefreshAsync(tally, ct);
            while ((await DrainAsync(500, tally, ct)).StagedChanges > 0) ;
            await using var connection = await _primary.OpenConnectionAsync(ct);
            if (!await connection.ExecuteScalarAsync<bool>("select exists (select from analytics.staging_changes)"))
                return;
            if (patience == 0)
                throw new InvalidOperationException("Something stays staged, however often it is drained.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), ct); // another node drains, or was about to
        }
    }

    private async Task<string> FullRefreshAsync(Tally tally, CancellationToken ct)
    {
        return Outcome(await _fullRefresh.RunAsync(ct), tally);
    }

    private static string Outcome(FullRefreshResult refreshed, Tally tally)
    {
        if (refreshed.Errors.Any(e => !e.Contains(PostgresErrorCodes.DeadlockDetected, StringComparison.Ordinal)))
            throw new InvalidOperationException($"A full refresh failed: {string.Join("; ", refreshed.Errors)}");
        if (refreshed.Succeeded)
            tally.FullRefresh();
        return refreshed.Succeeded ? $"cleared {refreshed.StagedChanges}" : "did not run";
    }

    private async Task<string> KillAsync(Task<FullRefreshResult> refresh, int afterMs, Tally tally, CancellationToken ct)
    {
        await Task.WhenAny(refresh, Task.Delay(afterMs, ct));
        await using var connection = await _primary.OpenConnectionAsync(ct);
        // Until it is gone: it tells its client that it ends before it lets go of its locks, and the last drain of a round would
        // take it for one that lives.
        await connection.ExecuteAsync(
            "select pg_terminate_backend(a.pid, 20000) from pg_stat_activity as a where a.application_name = @_mortal", new { _mortal });
        try
        {
            return Outcome(await refresh, tally);
        }
        catch (NpgsqlException e) when (e is not PostgresException { SqlState: not PostgresErrorCodes.AdminShutdown })
        {
            tally.KilledRefresh();
            return "was killed";
        }
    }

    [SuppressMessage("Security", "CA2100", Justification = "The generator's own statements.")]
    private async Task<string> WriteAsync(Transaction write, Tally tally, CancellationToken ct)
    {
        await using var connection = await _writes.OpenConnectionAsync(ct);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(write.Isolation, ct);
            foreach (var statement in write.Statements)
            {
                await using var command = new NpgsqlCommand(statement, connection);
                await command.ExecuteNonQueryAsync(ct);
            }
            if (write.RollsBack)
                return "rolled back";
            await transaction.CommitAsync(ct);
            return "done";
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.ForeignKeyViolation
            or PostgresErrorCodes.UniqueViolation || IsLostLock(e))
        {
            tally.Refusal();
            return $"refused: {e.MessageText}";
        }
    }

    // PostgreSQL 15 once in a while, when several update a row of core that a foreign key's check holds: it notices and
    // undoes the app's transaction. Nothing of ours takes part (seen once in 123,557 operations).
    private static bool IsLostLock(PostgresException e) => e.SqlState == PostgresErrorCodes.InternalError
        && e.MessageText.StartsWith("new multixact has more than one updating member", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await _primary.DisposeAsync();
        await _writes.DisposeAsync();
    }
}

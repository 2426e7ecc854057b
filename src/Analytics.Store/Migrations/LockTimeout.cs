// Takes heavy locks politely: wait half a second at most, give way, try again.
//
// Less than PostgreSQL's deadlock_timeout of a second: where a swap and a reader come to wait for each other, it is the swap
// that gives way, and not the reader whose check comes first and who gets an error.
using Dapper;
using Npgsql;

namespace Analytics.Store.Migrations;

internal static class LockTimeout
{
    /// <summary>How long whoever comes behind us may have to wait for somebody else's sake.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(0.5);

    private const int MostTries = 150;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs a short transaction; while somebody holds a lock that it needs, it lets the queue behind it pass.</summary>
    /// <exception cref="MigrationException">The lock could not be had in 150 tries.</exception>
    public static async Task RetryAsync(
        NpgsqlConnection connection, Func<NpgsqlTransaction, Task> body, Action<string> log, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync(
                    $"set local lock_timeout = {Wait.TotalMilliseconds:0}", transaction: transaction);
                await body(transaction);
                await transaction.CommitAsync(ct);
                return;
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                if (attempt == MostTries)
                    throw new MigrationException(
                        $"A lock could not be had in {MostTries} tries of {Wait.TotalSeconds} s: {e.MessageText}. "
                        + "End the long transaction that holds it (pg_stat_activity, pg_locks) and run migrate again.", e);
                log($"waiting for a lock, try {attempt} of {MostTries}");
                await Task.Delay(Pause, ct);
            }
        }
    }
}

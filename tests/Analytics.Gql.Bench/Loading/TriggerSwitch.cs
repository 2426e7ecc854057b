// The staging triggers, off and on again, and what makes good for the time when they were off.
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Loading;

internal static class TriggerSwitch
{
    public static Task SwitchAsync(NpgsqlDataSource database, bool on, CancellationToken ct) => ExecuteAsync(database,
        $"alter table core.sessions {Verb(on)} trigger user; alter table core.sets {Verb(on)} trigger user", ct);

    /// <summary>Empties the queue as a drain leaves it, outside the time that is measured.</summary>
    public static async Task ClearQueueAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await ExecuteAsync(database, "delete from analytics.staging_changes", ct);
        await ExecuteAsync(database, "vacuum analytics.staging_changes", ct);
    }

    /// <summary>Removes what was written meanwhile, switches them on and refreshes everything.</summary>
    public static async Task RestoreAsync(BenchDatabase database, string title, CancellationToken ct)
    {
        await SwitchAsync(database.Primary, on: false, ct);
        try
        {
            await using var connection = await database.Primary.OpenConnectionAsync(ct);
            await connection.ExecuteAsync(new CommandDefinition(
                "delete from core.sessions where title = @title", new { title }, cancellationToken: ct));
        }
        finally
        {
            await SwitchAsync(database.Primary, on: true, CancellationToken.None);
        }
        // Whoever is cut off here leaves a request for it behind.
        await new Staging(database.Primary).StageFullRefreshAsync(ct);
        if (await new FullRefresh(database.ConnectionString).RunAsync(ct) is { Succeeded: false } failed)
            throw new InvalidOperationException($"The full refresh failed: {string.Join("; ", failed.Errors)}");
        await ExecuteAsync(database.Primary, "vacuum analyze core.sessions, core.sets", ct);
    }

    private static string Verb(bool on) => on ? "enable" : "disable";

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(sql, commandTimeout: 0, cancellationToken: ct));
    }
}

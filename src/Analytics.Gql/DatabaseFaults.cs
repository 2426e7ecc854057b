// What the database's own troubles mean to a client, and to a load balancer.
using Analytics.Gql.Engine;
using Analytics.Gql.Refresh;
using Analytics.Store;
using Analytics.Store.Refresh;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Analytics.Gql;

internal static class DatabaseFaults
{
    public static ClientError? Map(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => new ClientError(
            ErrorCodes.Timeout,
            "The database took longer than the statement time-out. Ask for less at once, or try again."),
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => Away(),
        PostgresException { IsTransient: false } => null,
        NpgsqlException or TimeoutException => Away(),
        _ => null,
    };

    private static ClientError Away() =>
        new(ErrorCodes.Unavailable, "The database is too busy or cannot be reached. Try again in a moment.");
}

/// <summary>Ready when the database answers and is migrated; says the mode. While the primary is away and a replica answers
/// it is degraded, which is ready: all nodes would be, and none of them is worth taking out.</summary>
internal sealed class DatabaseHealth(RefreshControl control, ReadServers servers, ModeMonitor mode) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (!servers.HasReplicas)
                await control.ReadAsync(cancellationToken);
            if (!servers.HasReplicas || (!mode.IsPrimaryAway && await AnswersAsync(control.ReadAsync(cancellationToken))))
                return HealthCheckResult.Healthy($"mode {mode.Status.Mode}");
            await RefreshControl.ReadReplicaAsync(servers, cancellationToken);
            return HealthCheckResult.Degraded($"mode {mode.Status.Mode}; the primary is away, replicas are read");
        }
        catch (Exception e) when (IsAway(e))
        {
            return HealthCheckResult.Unhealthy("The database cannot be reached or is not migrated.", e);
        }
    }

    private static async Task<bool> AnswersAsync(Task<RefreshStatus> look)
    {
        try
        {
            await look;
            return true;
        }
        catch (Exception e) when (IsAway(e))
        {
            return false;
        }
    }

    private static bool IsAway(Exception e) => e is NpgsqlException or InvalidOperationException or TimeoutException;
}

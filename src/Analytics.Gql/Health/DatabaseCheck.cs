// Whether the primary answers; where it does not, whether a replica does.
using Analytics.Gql.Refresh;
using Analytics.Store;
using Analytics.Store.Refresh;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Analytics.Gql.Health;

/// <summary>While the primary is away and a replica answers it is degraded, which is ready: all nodes would be, and none of
/// them is worth taking out.</summary>
internal sealed class DatabaseCheck(NpgsqlDataSource primary, ReadServers servers, ModeMonitor mode, TimeProvider time)
    : DatabaseLook(time)
{
    protected override async Task<HealthCheckResult> LookAsync(CancellationToken ct)
    {
        if (servers.HasReplicas && mode.IsPrimaryAway)
        {
            await RefreshControl.ReadReplicaAsync(servers, ct);
            return HealthCheckResult.Degraded("The primary is away, replicas are read.");
        }
        await using var connection = await primary.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteScalarAsync(ct);
        return HealthCheckResult.Healthy("The primary answers.");
    }

    protected override HealthCheckResult Away(Exception reason) => HealthCheckResult.Unhealthy(
        reason is PostgresException refused
            ? $"The primary refused with SQLSTATE {refused.SqlState}. Its log says why."
            : "The primary cannot be reached within 3 s. See ConnectionStrings:Analytics, the server and the network.");
}

// Whether there is something in every matview: PostgreSQL refuses to read one that was never filled.
using Analytics.Gql.Refresh;
using Analytics.Store.Refresh;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Analytics.Gql.Health;

internal sealed class AggregatesCheck(NpgsqlDataSource primary, ModeMonitor mode, TimeProvider time) : DatabaseLook(time)
{
    protected override async Task<HealthCheckResult> LookAsync(CancellationToken ct)
    {
        var empty = await AggregateCatalogue.UnpopulatedAsync(primary, ct);
        if (empty.Count == 0) return HealthCheckResult.Healthy("Every matview is populated.");
        var reason = $"Not populated: {string.Join(", ", empty)}. Run 'analytics-gql refresh --full'.";
        // Nobody reads them in that mode.
        return mode.Status.Mode == RefreshMode.Live
            ? HealthCheckResult.Degraded(reason)
            : HealthCheckResult.Unhealthy(reason);
    }
}

// Says which mode holds; each of them serves.
using Analytics.Gql.Refresh;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Analytics.Gql.Health;

internal sealed class ModeCheck(ModeMonitor mode) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(HealthCheckResult.Healthy($"The mode is {mode.Status.Mode}."));
}

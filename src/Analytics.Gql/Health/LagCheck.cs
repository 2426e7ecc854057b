// How far readers are behind, where an operator has set a bound.
using System.Globalization;
using Analytics.Gql.Telemetry;
using Analytics.Store.Refresh;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Health;

/// <summary>Never worse than Degraded: every node reads the same database and would leave at the same moment.</summary>
internal sealed class LagCheck(RefreshObserver observer, IOptions<TelemetryOptions> options, TimeProvider time) : DatabaseLook(time)
{
    protected override async Task<HealthCheckResult> LookAsync(CancellationToken ct)
    {
        var bound = options.Value.ReadyMaxLagS;
        var seen = await observer.ObserveAsync(ct);
        var lag = $"The oldest change that readers do not see has waited {Seconds(seen.LagS)}";
        return bound > 0 && seen.LagS > bound
            ? HealthCheckResult.Degraded(
                $"{lag}; {TelemetryOptions.Section}:{nameof(TelemetryOptions.ReadyMaxLagS)} is {bound} s. "
                + "See refreshRuns, and whether a node drains.")
            : HealthCheckResult.Healthy(seen.LagS > 0 ? lag + "." : "Readers see every change.");
    }

    private static string Seconds(double seconds) => seconds.ToString("F1", CultureInfo.InvariantCulture) + " s";
}

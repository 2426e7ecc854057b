// What the server tells of itself: settings under Analytics:Telemetry. Where traces go is said by the standard variables
// OTEL_EXPORTER_OTLP_*.
using Analytics.Gql.Engine.Limits;

namespace Analytics.Gql.Telemetry;

public sealed class TelemetryOptions
{
    public const string Section = "Analytics:Telemetry";

    /// <summary>Answer <c>/metrics</c>, for Prometheus.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary>Answer <c>/metrics</c> on this port alone, beside the API's and on the same addresses; 0: on the API's own.</summary>
    [Bounds(0, 65535)] public int MetricsPort { get; set; }

    /// <summary>Seconds of lag beyond which <c>/health/ready</c> says <c>Degraded</c>; 0: any lag is fine.</summary>
    [Bounds(0, 31_536_000)] public int ReadyMaxLagS { get; set; }
}

// What a loader tells of each batch: which loader, how many keys.
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Analytics.Gql.Telemetry;

namespace Analytics.Gql.Batching;

internal static class LoaderTelemetry
{
    private const string Loader = "analytics.loader";

    private static readonly Histogram<int> Size = ServerTelemetry.Meter.CreateHistogram(
        "analytics.loader.batch.size", "{key}", "Keys that one fetch of a loader asked for.", advice: ServerTelemetry.Counts);

    /// <summary>The span of a fetch, to be disposed of after it; null when nobody listens.</summary>
    public static Activity? Begin(object loader, int keys)
    {
        if (Size.Enabled) Size.Record(keys, new KeyValuePair<string, object?>(Loader, loader.GetType().Name));
        return ServerTelemetry.Spans.HasListeners()
            ? ServerTelemetry.Spans.StartActivity("load batch")
                ?.SetTag(Loader, loader.GetType().Name).SetTag("analytics.loader.batch.size", keys)
            : null;
    }
}

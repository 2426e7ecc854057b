// What a node holds at the moment: open connections and subscriptions, reads that wait, parsed documents.
using System.Diagnostics.Metrics;
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Gql.Http;
using Analytics.Gql.Refresh;
using Analytics.Store;

namespace Analytics.Gql.Telemetry;

/// <summary>Read when somebody collects; the hot path only counts.</summary>
internal sealed class ServerGauges : IHostedService
{
    private const string Result = "analytics.result";

    public ServerGauges(
        IMeterFactory meters, DocumentCache documents, ConnectionCounts connections, RefreshFeed feed, FetchPlaces places)
    {
        var meter = meters.Create(ServerTelemetry.Name);
        meter.CreateObservableUpDownCounter("analytics.subscriptions.open", () => feed.Subscribers, "{subscription}",
            "Subscriptions to refreshes that are open on this node.");
        meter.CreateObservableUpDownCounter("analytics.connections.open", () => connections.Open, "{connection}",
            "WebSockets and event streams that are open on this node.");
        meter.CreateObservableUpDownCounter("analytics.large_reads.waiting", () => places.Waiting, "{read}",
            "Reads of large operations that wait for others to end on this node.");
        meter.CreateObservableCounter("analytics.document_cache.lookups", () => Lookups(documents), "{lookup}",
            "Looks for a parsed document in the cache, by whether it was there.");
        meter.CreateObservableUpDownCounter("analytics.document_cache.documents", () => documents.Count, "{document}",
            "Parsed documents that the cache holds.");
    }

    private static IEnumerable<Measurement<long>> Lookups(DocumentCache documents) =>
    [
        new(documents.Hits, new KeyValuePair<string, object?>(Result, "hit")),
        new(documents.Misses, new KeyValuePair<string, object?>(Result, "miss")),
    ];

    /// <summary>Comes after the listeners have begun: they are hosted first.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        StoreTelemetry.BeginSeries();
        OperationTelemetry.BeginSeries();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

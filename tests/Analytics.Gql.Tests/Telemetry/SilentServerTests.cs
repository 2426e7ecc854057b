// A server that is told to say nothing: no metrics, and without a collector no spans.
using System.Net;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Analytics.Gql.Tests.Telemetry;

public sealed class SilentServer : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--Analytics:Telemetry:Metrics=false", "--OTEL_EXPORTER_OTLP_ENDPOINT="];
}

public sealed class SilentServerTests(SilentServer server) : IClassFixture<SilentServer>
{
    [Fact]
    public async Task Without_metrics_and_a_collector_nobody_listens_and_operations_are_answered()
    {
        using var scrape = await server.Http.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, scrape.StatusCode);
        Assert.Null(server.Services.GetService<MeterProvider>());
        Assert.Null(server.Services.GetService<TracerProvider>());
        Assert.Equal("none", (await server.AskAsync("{ freshness { isStale } }")).Codes());
    }
}

// A server that traces as with a collector; the spans come to the test. Its exports go nowhere.
using System.Collections.Concurrent;
using System.Diagnostics;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Analytics.Gql.Tests.Telemetry;

public sealed class TracedServer : ServerFixture
{
    private readonly ConcurrentQueue<Activity> _spans = new();

    /// <summary>With what surrounded each entry.</summary>
    internal ScopedLog Scoped { get; } = new();

    protected override IReadOnlyList<string> Settings => ["--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9"];

    protected override void Configure(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Logging.AddProvider(Scoped);
        builder.Services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddProcessor(new Recorder(_spans)));
    }

    /// <summary>Every span that has ended and would be exported.</summary>
    public IEnumerable<Activity> Spans => _spans;

    /// <summary>The spans of what happens within, and of what it causes at the server.</summary>
    public async Task<SpanTree> TraceAsync(Func<Task> act)
    {
        ArgumentNullException.ThrowIfNull(act);
        using var test = new Activity("test") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        test.Start();
        await act();
        test.Stop();
        // The request's span ends a moment after its answer.
        await EndedAsync(span => span.TraceId == test.TraceId && span.Parent is null or { Source.Name: "" });
        return new SpanTree([.. _spans.Where(span => span.TraceId == test.TraceId)]);
    }

    /// <summary>Waits for a span to end: what it did shows elsewhere a moment earlier.</summary>
    /// <returns>False when none has within ten seconds.</returns>
    public async Task<bool> EndedAsync(Func<Activity, bool> isIt)
    {
        var patience = Stopwatch.StartNew();
        while (!_spans.Any(isIt))
        {
            if (patience.Elapsed > TimeSpan.FromSeconds(10)) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
        return true;
    }

    private sealed class Recorder(ConcurrentQueue<Activity> spans) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.Recorded) spans.Enqueue(data);
        }
    }
}

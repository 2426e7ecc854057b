// What the refresh engine tells of its work: one span and one measurement for whatever did something.
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Analytics.Store.Refresh;

internal static class RefreshTelemetry
{
    private const string Aggregate = "analytics.aggregate";
    private const string Succeeded = "succeeded", Failed = "failed", SetAside = "set_aside";

    private static readonly Histogram<double> DrainDuration = StoreTelemetry.Meter.CreateHistogram(
        "analytics.drain.duration", "s", "Drains that found something to do.", advice: StoreTelemetry.Durations);

    private static readonly Counter<long> DrainedChanges = StoreTelemetry.Meter.CreateCounter<long>(
        "analytics.drain.changes", "{change}", "Staged changes that drains took off the queue.");

    private static readonly Counter<long> DrainedKeys = StoreTelemetry.Meter.CreateCounter<long>(
        "analytics.drain.keys", "{row}", "Aggregate rows that drains recomputed.");

    private static readonly Counter<long> SetAsideChanges = StoreTelemetry.Meter.CreateCounter<long>(
        "analytics.drain.set_aside", "{change}", "Staged changes whose recomputation raised; they stay pending.");

    private static readonly Histogram<double> FullDuration = StoreTelemetry.Meter.CreateHistogram(
        "analytics.full_refresh.duration", "s", "Full refreshes, of all aggregates together.", advice: StoreTelemetry.Durations);

    private static readonly Histogram<double> ViewDuration = StoreTelemetry.Meter.CreateHistogram(
        "analytics.full_refresh.view.duration", "s", "REFRESH MATERIALIZED VIEW of one aggregate.", advice: StoreTelemetry.Durations);

    private static readonly Counter<long> DriftedRows = StoreTelemetry.Meter.CreateCounter<long>(
        "analytics.drift.rows", "{row}", "Aggregate rows that an audit found to differ from the base tables.");

    private static readonly Dictionary<string, long> NoKeys = [];

    /// <summary>Tells of a drain when it is over: four looks a second at an empty queue are not worth a span each.</summary>
    public static void Drained(long started, DrainResult result)
    {
        if (result is { StagedChanges: 0, SetAside: 0 }) return;
        var outcome = result.SetAside > 0 ? SetAside : Succeeded;
        using (var span = Begun("drain", started))
        {
            span?.SetTag("analytics.drain.changes", result.StagedChanges).SetTag("analytics.drain.keys", result.Keys)
                .SetTag("analytics.drain.set_aside", result.SetAside).SetTag("analytics.drain.number", result.Number)
                .SetTag(StoreTelemetry.Outcome, outcome);
            foreach (var (aggregate, keys) in result.KeysOf ?? NoKeys) span?.SetTag($"analytics.drain.keys.{aggregate}", keys);
        }
        DrainDuration.Record(SecondsSince(started), Outcome(outcome));
        DrainedChanges.Add(result.StagedChanges);
        foreach (var (aggregate, keys) in result.KeysOf ?? NoKeys) DrainedKeys.Add(keys, new KeyValuePair<string, object?>(Aggregate, aggregate));
        SetAsideChanges.Add(result.SetAside);
    }

    public static void DrainFailed(long started, Exception fault)
    {
        using (var span = Begun("drain", started))
        {
            span?.SetTag(StoreTelemetry.Outcome, Failed);
            span.Fail(fault);
        }
        DrainDuration.Record(SecondsSince(started), Outcome(Failed));
    }

    public static Activity? BeginFullRefresh() => StoreTelemetry.Spans.StartActivity("full refresh");

    public static void FullRefreshed(Activity? span, long started, FullRefreshResult result)
    {
        if (!result.Ran) return;
        var outcome = result.Errors.Count == 0 ? Succeeded : Failed;
        span?.SetTag(StoreTelemetry.Outcome, outcome).SetTag("analytics.full_refresh.changes", result.StagedChanges);
        if (result.Errors.Count > 0) span?.SetStatus(ActivityStatusCode.Error);
        FullDuration.Record(SecondsSince(started), Outcome(outcome));
    }

    /// <summary>It did not get as far as saying which aggregates failed.</summary>
    public static void FullRefreshFailed(Activity? span, long started, Exception fault)
    {
        span?.SetTag(StoreTelemetry.Outcome, Failed);
        span.Fail(fault);
        FullDuration.Record(SecondsSince(started), Outcome(Failed));
    }

    public static Activity? BeginView(string aggregate) =>
        StoreTelemetry.Spans.StartActivity("refresh view")?.SetTag(Aggregate, aggregate);

    public static void Viewed(Activity? span, string aggregate, long started, Exception? fault = null)
    {
        if (fault is not null) span.Fail(fault);
        ViewDuration.Record(
            SecondsSince(started), new(Aggregate, aggregate), Outcome(fault is null ? Succeeded : Failed));
    }

    public static Activity? BeginAudit(bool sampled) =>
        StoreTelemetry.Spans.StartActivity("audit")?.SetTag("analytics.audit.sampled", sampled);

    public static void Audited(Activity? span, IReadOnlyList<Drift> drifts)
    {
        var rows = drifts.Sum(drift => drift.Rows);
        span?.SetTag("analytics.drift.rows", rows);
        DriftedRows.Add(rows);
    }

    public static void BeginSeries()
    {
        foreach (var counter in (Counter<long>[])[DrainedChanges, SetAsideChanges, DriftedRows]) counter.Add(0);
    }

    private static Activity? Begun(string name, long started) => StoreTelemetry.Spans.HasListeners()
        ? StoreTelemetry.Spans.StartActivity(
            name, ActivityKind.Internal, parentContext: default, startTime: DateTimeOffset.UtcNow - Stopwatch.GetElapsedTime(started))
        : null;

    private static double SecondsSince(long started) => Stopwatch.GetElapsedTime(started).TotalSeconds;

    private static KeyValuePair<string, object?> Outcome(string outcome) => new(StoreTelemetry.Outcome, outcome);
}

// The names under which the store can be watched. It measures with what .NET has built in: who listens, and what is done
// with it, is the host's business. When nobody does, a span is null and a measurement is a comparison.
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Analytics.Store;

public static class StoreTelemetry
{
    /// <summary>Of the store's <see cref="ActivitySource"/> and of its <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string Name = "Analytics.Store";

    /// <summary>How something ended.</summary>
    public const string Outcome = "analytics.outcome";

    /// <summary>What an error was: a SQLSTATE, or the type of an exception; never its message.</summary>
    public const string ErrorType = "error.type";

    internal static readonly ActivitySource Spans = new(Name);
    internal static readonly Meter Meter = new(Name);

    /// <summary>Seconds: from a drain of one change to a night.</summary>
    internal static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 10800],
    };

    /// <summary>Lets the counters begin at 0. A rate is a difference: what begins with its first event has none.</summary>
    public static void BeginSeries() => Refresh.RefreshTelemetry.BeginSeries();

    /// <summary>Marks a span as failed without saying more of the exception than its kind: its message may hold values.</summary>
    public static void Fail(this Activity? span, Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        span?.SetStatus(ActivityStatusCode.Error)
            .SetTag(ErrorType, fault is Npgsql.PostgresException refused ? refused.SqlState : fault.GetType().FullName);
    }
}

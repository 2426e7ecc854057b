// The names under which the server can be watched, and what its instruments share. Each instrument stands near what it
// measures: operations in Engine/, batches in Batching/, the refresh engine in the store.
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Analytics.Gql.Telemetry;

/// <remarks>A part of the contract with dashboards and alert rules: a name changes with them, and the scrape's snapshot
/// shows it. No value may tell who a user is or what was asked about them: no variables, tokens or ids of users.</remarks>
public static class ServerTelemetry
{
    /// <summary>Of the server's <see cref="ActivitySource"/> and of its <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string Name = "Analytics.Gql";

    /// <summary>The value of an attribute that has too many to tell them all apart.</summary>
    public const string Other = "_OTHER";

    internal static readonly ActivitySource Spans = new(Name);
    internal static readonly Meter Meter = new(Name);

    /// <summary>Seconds of an answer.</summary>
    internal static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    /// <summary>Things counted by the batch or the operation.</summary>
    internal static readonly InstrumentAdvice<int> Counts = new()
    {
        HistogramBucketBoundaries = [0, 1, 2, 3, 4, 6, 8, 10, 20, 50, 100, 200, 500, 1000],
    };
}

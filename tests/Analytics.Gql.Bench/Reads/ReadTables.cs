// The tables of reads.
using Analytics.Gql.Bench.Measuring;

namespace Analytics.Gql.Bench.Reads;

internal static class ReadTables
{
    private static readonly string[] Figures = ["answers", "per s", "KiB", "p50", "p95", "p99", "max", "server p95", "failed", "target"];

    public static void Print(
        Report report, string title, IReadOnlyList<ReadQuery> queries, IReadOnlyList<ReadLoad.Result> results,
        double targetMs)
    {
        var table = new MarkdownTable([title, .. Figures]);
        foreach (var (query, result) in queries.Zip(results))
            table.Row([query.Name, .. Cells(report, title, query, result),
                report.Judge($"{title}: server p95 of {query.Name}", result.OwnDurations.P95Ms, query.HasTarget ? targetMs : null)]);
        report.Table(table);
    }

    /// <param name="idle">The same queries, asked just before in the same way.</param>
    /// <param name="targetMs">For p95; null: none.</param>
    /// <param name="targetFactor">For p95 against idle; null: none.</param>
    public static void PrintBusy(
        Report report, string title, IReadOnlyList<ReadQuery> queries, IReadOnlyList<ReadLoad.Result> idle,
        IReadOnlyList<ReadLoad.Result> busy, double? targetMs, double? targetFactor)
    {
        var table = new MarkdownTable([title, .. Figures, "idle p95", "factor", "target"]);
        foreach (var (query, before, result) in queries.Zip(idle, busy))
        {
            var factor = result.Durations.P95Ms / before.Durations.P95Ms;
            table.Row([query.Name, .. Cells(report, title, query, result),
                report.Judge($"{title}: server p95 of {query.Name}", result.OwnDurations.P95Ms, query.HasTarget ? targetMs : null),
                before.Durations.P95Ms, factor,
                report.Judge($"{title}: p95 of {query.Name} against idle", factor, targetFactor, "times")]);
        }
        report.Table(table);
    }

    private static object[] Cells(Report report, string title, ReadQuery query, ReadLoad.Result result) =>
    [
        result.Durations.Count, result.PerSecond, result.MeanKiB, result.Durations.P50Ms, result.Durations.P95Ms,
        result.Durations.P99Ms, result.Durations.MaxMs, result.OwnDurations.P95Ms, Failures(report, title, query, result),
    ];

    private static int Failures(Report report, string title, ReadQuery query, ReadLoad.Result result)
    {
        if (result.Fault is { } fault)
            report.Missed.Add($"{title}: {result.Failed} answers to {query.Name} failed, such as {fault}");
        return result.Failed;
    }
}

// How the server works off a bulk load: by drains alone, and as the defaults decide.
using System.Globalization;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Reads;

namespace Analytics.Gql.Bench.Backlog;

internal static class BacklogSection
{
    /// <summary>Two thousand changes and ten whole users, as the defaults say.</summary>
    private const int MostStagedABatch = 2_010;

    private static readonly string[] DrainsAlone =
        ["--Analytics:Refresh:MaxStagedPercent=100", "--Analytics:Refresh:MaxStaged=1000000000"];

    public static async Task RunAsync(BenchDatabase database, Report report, Progress progress, CancellationToken ct)
    {
        var load = BulkLoad.Of(database.Size);
        var queries = (await ReadQueries.OfAsync(database, ct)).Take(ReadQueries.Common).ToList();
        var run = new BacklogRun(database, load, queries);
        BacklogResult[] results =
        [
            await progress.ShowAsync("backlog, drains alone", _ => run.RunAsync("drains alone", DrainsAlone, ct)),
            await progress.ShowAsync("backlog, by default", _ => run.RunAsync("by default", [], ct)),
        ];
        report.Section("Backlog",
            string.Create(CultureInfo.InvariantCulture, $"{load.Sets:N0} sets in {load.Sessions:N0} sessions, committed at once: ")
            + string.Create(CultureInfo.InvariantCulture, $"{load.Staged:N0} staged changes, worked off by the server's worker while ")
            + $"{BacklogRun.Readers} connections read and each second another user changes a set. 'Drains alone' lifts the "
            + "limits beyond which a full refresh takes over. 'Commit to answer' is of those other users: the newest "
            + "changes do not wait for the backlog.");
        PrintWork(report, results);
        PrintOthers(report, results);
        foreach (var result in results)
            ReadTables.PrintBusy(
                report, $"Reads meanwhile, {result.Name}", queries, result.Idle, result.Reads, targetMs: null, targetFactor: null);
    }

    private static void PrintWork(Report report, BacklogResult[] results)
    {
        var work = new MarkdownTable(
            "backlog", "s", "drains", "largest batch", "target", "longest drain ms", "full refreshes",
            "server MiB before", "most", "after");
        foreach (var (name, took, done, memory, _, _, _) in results)
            work.Row(name, took.TotalSeconds, done.Drains, done.LargestBatch,
                report.Judge($"largest batch, {name}", done.LargestBatch, MostStagedABatch, ""), done.LongestDrainMs,
                done.FullRefreshes, memory.Before, memory.Most, memory.After);
        report.Table(work);
    }

    private static void PrintOthers(Report report, BacklogResult[] results)
    {
        var others = new MarkdownTable(
            "commit to answer", "count", "p50", "p95", "max", "falsely fresh", "target", "not seen within 30 s", "target");
        foreach (var (name, _, _, _, seen, _, _) in results)
            others.Row(name, seen.Durations.Count, seen.Durations.P50Ms, seen.Durations.P95Ms, seen.Durations.MaxMs,
                seen.FalselyFresh, report.Judge($"answers falsely fresh, {name}", seen.FalselyFresh, 0, ""),
                seen.NeverSeen, report.Judge($"changes of other users never seen, {name}", seen.NeverSeen, 0, ""));
        report.Table(others);
    }
}

// What a soak found, and whether that is allowed.
using System.Globalization;
using Analytics.Gql.Bench.Measuring;

namespace Analytics.Gql.Bench.Soak;

internal static class SoakReport
{
    /// <summary>In less, what is warming up looks as if it grew.</summary>
    private static readonly TimeSpan LeastToJudgeGrowth = TimeSpan.FromMinutes(30);

    public static void Print(SoakSection soak, string setting, Report report)
    {
        var judgesGrowth = soak.Elapsed >= LeastToJudgeGrowth;
        report.Section("Soak", $"{WhatItIs(soak.Elapsed)} {setting}"
            + (judgesGrowth ? "" : " Too short to judge whether anything grows: that takes half an hour."));
        report.Table(WhatWentOn(soak));
        report.Table(Growth(soak, judgesGrowth, report));
        report.Table(Never(soak, report));
        report.Missed.AddRange(soak.Tally.Findings.Concat(soak.Writes.Findings));
    }

    private static string WhatItIs(TimeSpan elapsed) => FormattableString.Invariant(
        $"{elapsed.TotalMinutes:N1} minutes of mixed load: {SoakLoad.RequestsPerSecond} requests/s on a schedule, whether or ")
        + "not those before are answered: every operation of schema/operations by text, trusted document and GET with "
        + "If-None-Match, texts never sent before, FRESH, mutations, and requests that have to be refused with their code; "
        + FormattableString.Invariant($"{SoakLoad.WritesPerSecond} transactions/s that insert, change, move and delete ")
        + $"sessions and sets; {SoakLoad.Subscribers} clients that subscribe, take an event and leave; clients that hang up; "
        + "a full refresh every 5 minutes (of a short run: after each third). The server runs outside Development, with tokens, "
        + "metrics, worker and jobs, and with least-privileged accounts.";

    private static MarkdownTable WhatWentOn(SoakSection soak)
    {
        var table = new MarkdownTable("what went on", "count");
        Row("requests", soak.Tally.Requests);
        foreach (var (what, count) in soak.Tally.Counts)
            Row(what, count);
        Row("transactions committed", soak.Writes.CommittedCount);
        Row("drains", soak.Refreshes.Drains);
        Row("full refreshes", soak.Refreshes.Full);
        Row("changes looked for in answers", soak.Honesty.Visibility.Durations.Count);
        return table;

        void Row(string what, long count) => table.Row(what, count.ToString("N0", CultureInfo.InvariantCulture));
    }

    private static MarkdownTable Growth(SoakSection soak, bool judges, Report report)
    {
        var windows = new SoakWindows(soak.Sampler.Samples, soak.Elapsed);
        var table = new MarkdownTable("median of samples, of the heap the least", "after warm-up", "last sixth", "most", "ratio", "target");
        foreach (var figure in windows.Figures)
        {
            var (first, last) = (windows.First(figure), windows.Last(figure));
            table.Row(
                figure, first, last, windows.Most(figure),
                double.IsFinite(last / first) ? (last / first).ToString("F2", CultureInfo.InvariantCulture) : "–",
                report.Judge(figure, last, judges ? windows.Allowed(figure) : null, ""));
        }
        return table;
    }

    private static MarkdownTable Never(SoakSection soak, Report report)
    {
        var table = new MarkdownTable("never allowed", "count", "target");
        Never("answers and events that were not as they had to be", soak.Tally.Errors);
        Never("faults of the server, by its own count", soak.Faults);
        Never("entries of the server's log at Warning and above", soak.Complaints);
        Never("answers that lacked a committed change and did not say so", soak.Honesty.Visibility.FalselyFresh);
        Never("changes not in the answers after 30 s", soak.Honesty.Visibility.NeverSeen);
        Never("answers to FRESH that lacked a committed change", soak.Honesty.StaleFresh);
        Never("304 for an answer that lacks a committed change", soak.Honesty.FalselyNotModified);
        Never("transactions whose connection broke", soak.Writes.FoundCommitted + soak.Writes.FoundUndone);
        Never("drains and full refreshes that failed", soak.Refreshes.DrainsFailed + soak.Refreshes.FullFailed);
        Never("connections and subscriptions open after all clients left", soak.LeftOpen);
        Never("queues that did not run empty", soak.QueueRanEmpty ? 0 : 1);
        Never("writes missing from core, or in it twice", soak.Writes.LostWrites + soak.Writes.UnexplainedWrites);
        Never("aggregate rows lost, left over or different", soak.Writes.DriftedRows);
        return table;

        void Never(string what, double count) => table.Row(
            what, count.ToString("N0", CultureInfo.InvariantCulture), report.Judge(what, count, 0, ""));
    }
}

// What the crashes count, and how it is printed.
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Writing;

namespace Analytics.Gql.Bench.Crashes;

/// <summary>Whom a kill -9 hits.</summary>
internal enum Victim { Server, PostgreSQL, Both }

internal sealed class CrashTally
{
    private sealed record Recovery(Durations Up, Durations Answered, Durations Settled);

    private readonly Dictionary<Victim, Recovery> _recoveries =
        Enum.GetValues<Victim>().ToDictionary(v => v, _ => new Recovery(new(), new(), new()));

    public WriteTally Writes { get; } = new();
    public int StuckAfterKill { get; set; }
    public int ServersEndedByThemselves { get; set; }

    /// <summary>Of the whole run.</summary>
    public RefreshCounts Refreshes { get; set; } = new(0, 0, 0, 0);

    /// <param name="up">From the start of what was killed until it took connections.</param>
    /// <param name="answered">To the first answer without error.</param>
    /// <param name="settled">To nothing pending of what was staged before the kill.</param>
    public void Recovered(Victim victim, TimeSpan up, TimeSpan answered, TimeSpan settled)
    {
        _recoveries[victim].Up.Record(up);
        _recoveries[victim].Answered.Record(answered);
        _recoveries[victim].Settled.Record(settled);
    }

    public void Print(Report report)
    {
        var recovery = new MarkdownTable(
            "kill -9 of", "kills", "up p50", "answers p50", "p95", "max", "nothing pending p50", "p95", "max");
        foreach (var (victim, (up, answered, settled)) in _recoveries)
            recovery.Row(victim, answered.Count, up.P50Ms, answered.P50Ms, answered.P95Ms, answered.MaxMs,
                settled.P50Ms, settled.P95Ms, settled.MaxMs);
        report.Table(recovery);
        report.Table(new MarkdownTable("what went on", "count")
            .Row("transactions committed", Writes.CommittedCount)
            .Row("transactions with no answer, found committed", Writes.FoundCommitted)
            .Row("transactions with no answer, found undone", Writes.FoundUndone)
            .Row("drains", Refreshes.Drains)
            .Row("full refreshes", Refreshes.Full)
            .Row("full refreshes cut off by a kill", Refreshes.FullFailed)
            .Row("comparisons with the base tables", Writes.Comparisons));
        var never = new MarkdownTable("never allowed", "count", "target");
        Never("committed writes missing from core", Writes.LostWrites);
        Never("writes in core that nobody committed, or twice", Writes.UnexplainedWrites);
        Never("aggregate rows lost, left over or different", Writes.DriftedRows);
        Never("kills after which answers, drains or full refreshes did not go on", StuckAfterKill);
        Never("servers that ended by themselves", ServersEndedByThemselves);
        report.Table(never);
        report.Missed.AddRange(Writes.Findings);

        void Never(string what, long count) => never.Row(what, count, report.Judge(what, count, 0, ""));
    }
}

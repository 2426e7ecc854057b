// What the crashes count, and how it is printed.
using Analytics.Gql.Bench.Measuring;

namespace Analytics.Gql.Bench.Crashes;

/// <summary>Whom a kill -9 hits.</summary>
internal enum Victim { Server, PostgreSQL, Both }

internal sealed class CrashTally
{
    private sealed record Recovery(Durations Up, Durations Answered, Durations Settled);

    private readonly Dictionary<Victim, Recovery> _recoveries =
        Enum.GetValues<Victim>().ToDictionary(v => v, _ => new Recovery(new(), new(), new()));
    private int _committed, _foundCommitted, _foundUndone;

    public int Comparisons { get; set; }
    public long LostWrites { get; set; }
    public long UnexplainedWrites { get; set; }
    public long DriftedRows { get; set; }
    public int StuckAfterKill { get; set; }
    public int ServersEndedByThemselves { get; set; }
    public long Drains { get; set; }
    public long FullRefreshes { get; set; }
    public long FullRefreshesCutOff { get; set; }

    /// <summary>A sentence for each thing that is wrong.</summary>
    public List<string> Findings { get; } = [];

    public void Committed() => Interlocked.Increment(ref _committed);

    /// <summary>Notes a transaction whose COMMIT never answered, after the writer looked.</summary>
    public void Uncertain(bool committed) =>
        Interlocked.Increment(ref (committed ? ref _foundCommitted : ref _foundUndone));

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
            .Row("transactions committed", _committed)
            .Row("transactions with no answer, found committed", _foundCommitted)
            .Row("transactions with no answer, found undone", _foundUndone)
            .Row("drains", Drains)
            .Row("full refreshes", FullRefreshes)
            .Row("full refreshes cut off by a kill", FullRefreshesCutOff)
            .Row("comparisons with the base tables", Comparisons));
        var never = new MarkdownTable("never allowed", "count", "target");
        Never("committed writes missing from core", LostWrites);
        Never("writes in core that nobody committed, or twice", UnexplainedWrites);
        Never("aggregate rows lost, left over or different", DriftedRows);
        Never("kills after which answers, drains or full refreshes did not go on", StuckAfterKill);
        Never("servers that ended by themselves", ServersEndedByThemselves);
        report.Table(never);
        report.Missed.AddRange(Findings);

        void Never(string what, long count) => never.Row(what, count, report.Judge(what, count, 0, ""));
    }
}

// What is counted while something goes wrong, and how it is printed.
using System.Collections.Concurrent;
using Analytics.Gql.Bench.Measuring;

namespace Analytics.Gql.Bench.Nights;

/// <param name="Failed">Reads of what has been refreshed that got no answer.</param>
/// <param name="FreshFailed">Those that had to be fresh and got none: while the primary is away there is none.</param>
internal sealed record TrialResult(
    string Name, long Requests, long Failed, long FreshFailed, string Errors, long Wrong, double SlowestS, double RecoveredS,
    bool MayFail);

internal sealed class NightTally
{
    private readonly ConcurrentDictionary<string, int> _errors = [];
    private long _requests, _failed, _freshFailed, _wrong, _slowestMs;

    public List<TrialResult> Trials { get; } = [];

    /// <summary>A sentence for each thing that is wrong.</summary>
    public ConcurrentQueue<string> Findings { get; } = [];

    public void Answered(bool fresh, string? error, string? wrong, TimeSpan took)
    {
        Interlocked.Increment(ref _requests);
        if (error is not null)
        {
            Interlocked.Increment(ref fresh ? ref _freshFailed : ref _failed);
            _errors.AddOrUpdate(error, 1, (_, count) => count + 1);
        }
        if (wrong is not null) Wrong(wrong);
        InterlockedMax(ref _slowestMs, (long)took.TotalMilliseconds);
    }

    public void Wrong(string what)
    {
        Interlocked.Increment(ref _wrong);
        Findings.Enqueue(what);
    }

    /// <summary>Begins to count anew.</summary>
    public void Begin()
    {
        (_requests, _failed, _freshFailed, _wrong, _slowestMs) = (0, 0, 0, 0, 0);
        _errors.Clear();
    }

    /// <param name="mayFail">Reads of what has been refreshed: not with replicas, nor behind a proxy that is told.</param>
    public void End(string name, TimeSpan recovered, bool mayFail) => Trials.Add(new TrialResult(
        name, _requests, _failed, _freshFailed, string.Join(", ", _errors.Select(e => $"{e.Key} {e.Value}")), _wrong,
        _slowestMs / 1000.0, recovered.TotalSeconds, mayFail));

    public void Print(Report report)
    {
        var table = new MarkdownTable("what happens", "requests", "failed", "fresh failed", "wrong", "slowest s", "recovered s", "errors");
        foreach (var t in Trials)
            table.Row(t.Name, t.Requests, t.Failed, t.FreshFailed, t.Wrong, t.SlowestS, t.RecoveredS, t.Errors.Length == 0 ? "–" : t.Errors);
        report.Table(table);
        var never = new MarkdownTable("never allowed", "count", "target");
        Never("wrong answers, lost or invented writes, drifted rows", Findings.Count);
        Never("failed reads where none has to", Trials.Where(t => !t.MayFail).Sum(t => t.Failed));
        report.Table(never);
        report.Missed.AddRange(Findings.Take(20));

        void Never(string what, long count) => never.Row(what, count, report.Judge(what, count, 0, ""));
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Volatile.Read(ref most); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref most, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}

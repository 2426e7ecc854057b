// What a soak counts while it runs, by many at once.
using System.Collections.Concurrent;
using Analytics.Gql.Bench.Measuring;

namespace Analytics.Gql.Bench.Soak;

internal sealed class SoakTally
{
    private const int MostFindings = 20;
    private readonly ConcurrentDictionary<string, long> _counts = [];
    private readonly ConcurrentQueue<string> _findings = [];
    private Durations _durations = new();
    private long _requests, _errors;

    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Answers and events that were not as they had to be.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>What happened how often.</summary>
    public IEnumerable<KeyValuePair<string, long>> Counts => _counts.OrderBy(c => c.Key, StringComparer.Ordinal);

    /// <summary>A sentence for each of the first errors.</summary>
    public IEnumerable<string> Findings => _findings;

    public void Count(string what) => _counts.AddOrUpdate(what, 1, (_, count) => count + 1);

    public void Answered(string what, TimeSpan took)
    {
        Interlocked.Increment(ref _requests);
        Count(what);
        Volatile.Read(ref _durations).Record(took);
    }

    public void Error(string what)
    {
        Interlocked.Increment(ref _errors);
        if (_findings.Count < MostFindings)
            _findings.Enqueue(FormattableString.Invariant($"{DateTime.UtcNow:T} {what}"));
    }

    /// <summary>What answers took since this was last asked.</summary>
    public Durations TakeDurations() => Interlocked.Exchange(ref _durations, new Durations());
}

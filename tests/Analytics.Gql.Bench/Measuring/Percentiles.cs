namespace Analytics.Gql.Bench.Measuring;

/// <summary>What a sample of durations says, by nearest rank: each figure is one that was measured.</summary>
public sealed record Percentiles(int Count, double MinMs, double P50Ms, double P95Ms, double P99Ms)
{
    /// <exception cref="ArgumentException">The sample is empty.</exception>
    public static Percentiles Of(IEnumerable<TimeSpan> durations)
    {
        var ms = durations.Select(d => d.TotalMilliseconds).Order().ToArray();
        if (ms.Length == 0)
            throw new ArgumentException("No duration was measured; measure at least one.", nameof(durations));
        return new Percentiles(ms.Length, ms[0], Rank(50), Rank(95), Rank(99));

        double Rank(int percent) => ms[(ms.Length * percent + 99) / 100 - 1];
    }
}

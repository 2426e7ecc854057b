// Durations of one kind of work, recorded by many at once.
using HdrHistogram;

namespace Analytics.Gql.Bench.Measuring;

/// <summary>A histogram from 1 µs to 10 minutes; each figure is exact to three digits.</summary>
public sealed class Durations
{
    private const long LongestUs = 600_000_000;
    private readonly LongConcurrentHistogram _histogram = new(1, LongestUs, 3);

    public long Count => _histogram.TotalCount;
    public double P50Ms => At(50);
    public double P95Ms => At(95);
    public double P99Ms => At(99);
    public double MaxMs => At(100);

    public void Record(TimeSpan duration) =>
        _histogram.RecordValue(Math.Clamp((long)duration.TotalMicroseconds, 1, LongestUs));

    /// <summary>Not a number when nothing was recorded, which meets no target.</summary>
    private double At(double percentile) =>
        Count == 0 ? double.NaN : _histogram.GetValueAtPercentile(percentile) / 1000.0;
}

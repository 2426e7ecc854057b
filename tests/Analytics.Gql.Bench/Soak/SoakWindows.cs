// A soak's figures at its beginning and at its end, and what they may become.
namespace Analytics.Gql.Bench.Soak;

/// <summary>A sixth of the time after a tenth of it, when everything is warm, and the last sixth.</summary>
internal sealed class SoakWindows
{
    private readonly IReadOnlyList<SoakSample> _all, _first, _last;

    public SoakWindows(IReadOnlyList<SoakSample> samples, TimeSpan duration)
    {
        var (warm, sixth) = (duration / 10, duration / 6);
        _all = samples;
        _first = [.. samples.Where(s => s.At >= warm && s.At <= warm + sixth)];
        _last = [.. samples.Where(s => s.At >= duration - sixth)];
    }

    /// <summary>In the order in which they were taken.</summary>
    public IEnumerable<string> Figures => _all.Count == 0 ? [] : _all[0].Figures.Keys;

    public double First(string figure) => Of(_first, figure);

    public double Last(string figure) => Of(_last, figure);

    public double Most(string figure) => _all.Max(s => s.Figures[figure]);

    // Most collections look at what is young only, and leave what they do not look at: the least of the heap is what lives.
    private static double Of(IReadOnlyList<SoakSample> samples, string figure) =>
        figure == SoakFigures.Heap && samples.Count > 0 ? samples.Min(s => s.Figures[figure]) : Median(samples, figure);

    /// <summary>Not a number when there are no samples.</summary>
    public static double Median(IReadOnlyList<SoakSample> samples, string figure)
    {
        var values = samples.Select(s => s.Figures[figure]).Where(double.IsFinite).Order().ToArray();
        return values.Length == 0 ? double.NaN : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }

    /// <summary>What a figure may be at the end; null: it is there to be looked at.</summary>
    public double? Allowed(string figure)
    {
        (double factor, double slack) = figure switch
        {
            SoakFigures.Resident or SoakFigures.Heap => (1.15, 10.0),
            SoakFigures.Handles => (1.15, 8.0),
            SoakFigures.Threads or SoakFigures.Connections => (1.15, 5.0),
            SoakFigures.Staged => (1.5, 50.0),
            _ when figure.EndsWith(SoakFigures.DeltaRows, StringComparison.Ordinal) => (1.5, 500.0),
            _ when figure.EndsWith(SoakFigures.DeltaMiB, StringComparison.Ordinal) => (1.5, 4.0),
            _ => (0.0, 0.0),
        };
        return factor == 0 ? null : Math.Max(First(figure) * factor, First(figure) + slack);
    }
}

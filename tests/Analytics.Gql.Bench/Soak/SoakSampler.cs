// Takes a sample every ten seconds, and says once a minute how it goes.
using System.Diagnostics;
using Npgsql;

namespace Analytics.Gql.Bench.Soak;

internal sealed class SoakSampler(SoakRig rig, SoakTally tally, Action<string> log)
{
    private const int SamplesPerMinute = 6;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private readonly List<SoakSample> _samples = [];

    /// <summary>The earliest first.</summary>
    public IReadOnlyList<SoakSample> Samples => _samples;

    public async Task RunAsync(CancellationToken stop, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        using var http = new HttpClient();
        using var ticks = new PeriodicTimer(Every);
        while (await IsNextAsync(ticks, stop))
        {
            try
            {
                _samples.Add(new SoakSample(
                    Stopwatch.GetElapsedTime(started), await SoakFigures.TakeAsync(rig, http, tally.TakeDurations(), ct)));
            }
            catch (Exception e) when (e is HttpRequestException or NpgsqlException)
            {
                tally.Error($"a sample could not be taken: {e.Message}");
            }
            if (_samples.Count > 0 && _samples.Count % SamplesPerMinute == 0)
                log(Line());
        }
    }

    private static async Task<bool> IsNextAsync(PeriodicTimer ticks, CancellationToken stop)
    {
        try
        {
            return await ticks.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private string Line()
    {
        var minute = _samples.TakeLast(SamplesPerMinute).ToList();
        string[] parts =
        [
            Say($"{_samples[^1].At.TotalMinutes:F0} min: {tally.Requests:N0} requests, {tally.Errors} errors"),
            Say($"p95 {Of(SoakFigures.P95):F1} ms"),
            Say($"{Of(SoakFigures.Resident):F0} MiB resident"),
            Say($"{Of(SoakFigures.Heap):F0} MiB heap"),
            Say($"{Of(SoakFigures.Handles):F0} fds"),
            Say($"{Of(SoakFigures.Threads):F0} threads"),
            Say($"{Of(SoakFigures.Connections):F0} connections"),
            Say($"{Of(SoakFigures.Staged):F0} staged"),
            Say($"{Of("session_summary" + SoakFigures.DeltaRows):F0} sessions in the delta"),
        ];
        return string.Join(", ", parts);

        static string Say(FormattableString text) => FormattableString.Invariant(text);

        double Of(string figure) => SoakWindows.Median(minute, figure);
    }
}

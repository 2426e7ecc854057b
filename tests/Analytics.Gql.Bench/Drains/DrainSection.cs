// How long a drain of a few changed sessions takes, beside the full refresh that it saves; and that beside plain ones.
using System.Diagnostics;
using System.Globalization;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Bench.Drains;

internal static class DrainSection
{
    private static readonly (int Sessions, int Times, double MedianMs)[] Steps =
        [(1, 30, 3), (100, 30, 20), (1_000, 15, 120), (10_000, 5, 1_000)];

    // The drain's connection lives as long as its server: each of these lets the backend map more of the shared buffers.
    private const int WarmUps = 5;

    public static async Task RunAsync(BenchDatabase database, Report report, Progress progress, CancellationToken ct)
    {
        var drain = new Drain(database.Primary);
        await drain.RunUntilEmptyAsync(ct);
        var changes = new SessionChanges(database, seed: 1);
        var results = await progress.ShowAsync("drains", async log =>
        {
            var results = new List<Durations>();
            foreach (var (sessions, times, _) in Steps)
            {
                log($"{sessions} changed sessions");
                results.Add(await MeasureAsync(drain, changes, sessions, times, ct));
            }
            return results;
        });
        report.Section("Drains",
            "Milliseconds until that many random sessions that changed (one set's weight each) are drained, the commit included; "
            + "10,000 take five batches. "
            + "The target is for the median. A full refresh is what each would cost without the deltas.");
        var table = new MarkdownTable("changed sessions", "times", "p50", "p95", "max", "target");
        foreach (var (step, result) in Steps.Zip(results))
            table.Row(
                step.Sessions.ToString("N0", CultureInfo.InvariantCulture), result.Count, result.P50Ms, result.P95Ms, result.MaxMs,
                report.Judge($"median drain of {step.Sessions:N0} sessions", result.P50Ms, step.MedianMs));
        var full = await progress.ShowAsync("full refresh", _ => FullRefreshAsync(database, ct));
        table.Row("full refresh", 1, full.TotalMilliseconds, full.TotalMilliseconds, full.TotalMilliseconds, "–");
        report.Table(table);
        await progress.ShowAsync("plain refreshes", log => new PlainRefreshes(database).RunAsync(report, log, ct));
    }

    private static async Task<Durations> MeasureAsync(
        Drain drain, SessionChanges changes, int sessions, int times, CancellationToken ct)
    {
        var durations = new Durations();
        for (var i = -WarmUps; i < times; i++)
        {
            var changed = await changes.ChangeAsync(sessions, ct);
            var started = Stopwatch.GetTimestamp();
            var left = (long)changed;
            while (left > 0)
            {
                var result = await drain.RunBatchAsync(ct);
                left -= result.StagedChanges;
                if (result.StagedChanges == 0 || left < 0)
                    throw new InvalidOperationException(
                        $"Of {changed} staged changes {left} are left and nothing is to be drained: somebody else drains or writes here. "
                        + "Stop them.");
            }
            var took = Stopwatch.GetElapsedTime(started);
            if (i >= 0)
                durations.Record(took);
        }
        return durations;
    }

    private static async Task<TimeSpan> FullRefreshAsync(BenchDatabase database, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await new FullRefresh(database.ConnectionString).RunAsync(ct);
        if (!result.Succeeded)
            throw new InvalidOperationException($"The full refresh failed: {string.Join("; ", result.Errors)}");
        return Stopwatch.GetElapsedTime(started);
    }
}

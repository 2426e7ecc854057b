// What the staging triggers cost the app: its throughput with them and without, in turns.
using System.Globalization;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Bench.Overhead;

internal static class OverheadSection
{
    private const double MostPercent = 10;
    private const int Rounds = 10;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    /// <param name="Off">Transactions a second without the triggers.</param>
    private sealed record Pair(double Off, double On)
    {
        public double LostPercent => 100 * (1 - On / Off);
    }

    public static async Task RunAsync(BenchDatabase database, Report report, Progress progress, CancellationToken ct)
    {
        await new Drain(database.Primary).RunUntilEmptyAsync(ct);
        var pairs = await progress.ShowAsync("overhead", async log =>
        {
            try
            {
                return await MeasureAsync(database, log, ct);
            }
            finally
            {
                log("making good");
                await TriggerSwitch.RestoreAsync(database, AppLoad.Title, CancellationToken.None);
            }
        });
        Print(report, pairs);
    }

    private static async Task<List<Pair>> MeasureAsync(BenchDatabase database, Action<string> log, CancellationToken ct)
    {
        await using var app = new AppLoad(database.ConnectionString, await UsersAsync(database, ct));
        var pairs = new List<Pair>();
        for (var round = 0; round <= Rounds; round++)
        {
            // Off first, then on first: what drifts over a run falls on both alike.
            var onFirst = round % 2 == 0;
            var first = await RoundAsync(onFirst);
            var second = await RoundAsync(!onFirst);
            var pair = onFirst ? new Pair(second, first) : new Pair(first, second);
            log(string.Create(
                CultureInfo.InvariantCulture, $"round {round}: {pair.Off:N0}/s without, {pair.On:N0}/s with"));
            if (round > 0) // the first warms up
                pairs.Add(pair);
        }
        return pairs;

        async Task<double> RoundAsync(bool on)
        {
            await TriggerSwitch.SwitchAsync(database.Primary, on, ct);
            var perSecond = await app.RunAsync(Round, ct);
            await TriggerSwitch.ClearQueueAsync(database.Primary, ct);
            return perSecond;
        }
    }

    private static void Print(Report report, List<Pair> pairs)
    {
        report.Section("Overhead of the staging triggers",
            $"Transactions a second of {AppLoad.Writers} writers, each as fast as it can: one inserts a session and "
            + $"{AppLoad.SetsPerSession} sets in two statements, the next updates three of them and the session; each "
            + $"commit waits for its disk (synchronous_commit on). {pairs.Count} rounds of {Round.TotalSeconds:N0} s with "
            + "the triggers and as many without, in turns; no server and no drain beside them. 'Lower by' compares the "
            + "two rounds of a turn.");
        var lost = Median(pairs, p => p.LostPercent);
        report.Table(new MarkdownTable("triggers", "median /s", "least /s", "most /s")
            .Row("off", Median(pairs, p => p.Off), pairs.Min(p => p.Off), pairs.Max(p => p.Off))
            .Row("on", Median(pairs, p => p.On), pairs.Min(p => p.On), pairs.Max(p => p.On)));
        report.Table(new MarkdownTable("lower by %", "median", "p25", "p75", "least", "most", "target")
            .Row("throughput", lost, At(pairs, p => p.LostPercent, 0.25), At(pairs, p => p.LostPercent, 0.75),
                pairs.Min(p => p.LostPercent), pairs.Max(p => p.LostPercent),
                report.Judge("throughput lost to the staging triggers", lost, MostPercent, "%")));
    }

    private static double Median(List<Pair> pairs, Func<Pair, double> figure) => At(pairs, figure, 0.5);

    /// <summary>Between the two nearest, as PostgreSQL's percentile_cont.</summary>
    private static double At(List<Pair> pairs, Func<Pair, double> figure, double share)
    {
        var sorted = pairs.Select(figure).Order().ToArray();
        var (at, below) = (share * (sorted.Length - 1), (int)(share * (sorted.Length - 1)));
        return sorted[below] + (at - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]);
    }

    private static async Task<Guid[]> UsersAsync(BenchDatabase database, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            "select user_id from core.users order by user_id", cancellationToken: ct))];
    }
}

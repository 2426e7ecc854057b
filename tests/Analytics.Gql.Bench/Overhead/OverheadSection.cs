// What the staging triggers cost the app: its throughput with them and without, in turns.
using System.Globalization;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Bench.Overhead;

internal static class OverheadSection
{
    /// <summary>Of what multi-row inserts get through; corrections are told, not judged.</summary>
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
        var measured = await progress.ShowAsync("overhead", async log =>
        {
            try
            {
                return new[]
                {
                    (AppWork.Log, await MeasureAsync(database, AppWork.Log, log, ct)),
                    (AppWork.LogAndCorrect, await MeasureAsync(database, AppWork.LogAndCorrect, log, ct)),
                };
            }
            finally
            {
                log("making good");
                await TriggerSwitch.RestoreAsync(database, AppLoad.Title, CancellationToken.None);
            }
        });
        Print(report, measured);
    }

    private static async Task<List<Pair>> MeasureAsync(
        BenchDatabase database, AppWork work, Action<string> log, CancellationToken ct)
    {
        await using var app = new AppLoad(database.ConnectionString, await UsersAsync(database, ct), work);
        var pairs = new List<Pair>();
        for (var round = 0; round <= Rounds; round++)
        {
            // Off first, then on first: what drifts over a run falls on both alike.
            var onFirst = round % 2 == 0;
            var first = await RoundAsync(onFirst);
            var second = await RoundAsync(!onFirst);
            var pair = onFirst ? new Pair(second, first) : new Pair(first, second);
            log(string.Create(
                CultureInfo.InvariantCulture, $"{work}, round {round}: {pair.Off:N0}/s without, {pair.On:N0}/s with"));
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

    private static void Print(Report report, IReadOnlyList<(AppWork Work, List<Pair> Pairs)> measured)
    {
        report.Section("Overhead of the staging triggers",
            $"Transactions a second of {AppLoad.Writers} writers, each as fast as it can; each commit waits for its disk "
            + $"(synchronous_commit on). 'Inserts': a session and {AppLoad.SetsPerSession} sets in two statements. "
            + "'Corrections': every other transaction updates three of them and the session. "
            + $"{Rounds} rounds of {Round.TotalSeconds:N0} s with the triggers and as many without, in turns; no server and "
            + "no drain beside them. 'Lower by' compares the two rounds of a turn.");
        var speeds = new MarkdownTable("transactions", "triggers", "median /s", "least /s", "most /s");
        var losses = new MarkdownTable("lower by %", "median", "p25", "p75", "least", "most", "target");
        foreach (var (work, pairs) in measured)
        {
            var name = work == AppWork.Log ? "inserts" : "and corrections";
            speeds
                .Row(name, "off", Median(pairs, p => p.Off), pairs.Min(p => p.Off), pairs.Max(p => p.Off))
                .Row(name, "on", Median(pairs, p => p.On), pairs.Min(p => p.On), pairs.Max(p => p.On));
            var lost = Median(pairs, p => p.LostPercent);
            losses.Row(name, lost, At(pairs, p => p.LostPercent, 0.25), At(pairs, p => p.LostPercent, 0.75),
                pairs.Min(p => p.LostPercent), pairs.Max(p => p.LostPercent),
                report.Judge($"throughput lost to the staging triggers ({name})", lost,
                    work == AppWork.Log ? MostPercent : null, "%"));
        }
        report.Table(speeds);
        report.Table(losses);
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

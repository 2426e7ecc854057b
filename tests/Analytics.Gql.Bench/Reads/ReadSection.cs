// quiet ⇒ with a delta of 10,000 sessions ⇒ while full refreshes run, which fold that delta in
using Analytics.Gql.Bench.Drains;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Serving;
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Bench.Reads;

internal static class ReadSection
{
    private const double QuietP95Ms = 25, RefreshingP95Ms = 150;
    private const int DeltaSessions = 10_000;

    /// <summary>The load leaves a refresh little of a small machine.</summary>
    private static readonly TimeSpan LongestRefresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    public static async Task RunAsync(
        BenchDatabase database, TimeSpan duration, Report report, Progress progress, CancellationToken ct)
    {
        var queries = await QueriesAsync(database, ct);
        await using var server = await ServerProcess.StartAsync(database.ConnectionString, ct);
        using var load = new ReadLoad(server.Endpoint);
        foreach (var query in queries)
            await load.AskAsync(query, WarmUp, ct);

        report.Section("Reads",
            "Milliseconds over HTTP on loopback, seen by the client: the server's own time is below that. "
            + $"{ReadLoad.Connections} connections, each asking again as soon as it has its answer; users at random. "
            + "The target is for p95.");
        await QuietAsync("quiet", "Quiet");
        await progress.ShowAsync("delta", log => ChangeAsync(database, ct));
        await QuietAsync("with a delta", $"With a delta of {DeltaSessions:N0} sessions and their weeks");
        var (refreshes, results) = await progress.ShowAsync(
            "reads during full refreshes", _ => RefreshingAsync(database, load, queries, duration, ct));
        Print(report, $"While full refreshes run ({refreshes}), the queries in turn", queries, results, RefreshingP95Ms);

        async Task QuietAsync(string name, string title)
        {
            var results = await progress.ShowAsync($"reads, {name}", async log =>
            {
                var results = new List<ReadLoad.Result>();
                foreach (var query in queries)
                {
                    log(query.Name);
                    results.Add(await load.AskAsync(query, duration, ct));
                }
                return results;
            });
            Print(report, title, queries, results, QuietP95Ms);
        }
    }

    /// <summary>Through the server's own worker, as in life.</summary>
    private static async Task ChangeAsync(BenchDatabase database, CancellationToken ct)
    {
        await new SessionChanges(database, seed: 7).ChangeAsync(DeltaSessions, ct);
        await database.UntilDrainedAsync(ct);
    }

    /// <summary>Asks for as long as a full refresh takes, within bounds: its phases burden the reads differently.</summary>
    private static async Task<(int, ReadLoad.Result[])> RefreshingAsync(
        BenchDatabase database, ReadLoad load, IReadOnlyList<ReadQuery> queries, TimeSpan duration, CancellationToken ct)
    {
        using var least = new CancellationTokenSource(duration);
        var refreshing = Task.Run(async () =>
        {
            var refreshes = 0;
            do
            {
                await new FullRefresh(database.ConnectionString).RunAsync(ct);
                refreshes++;
            }
            while (!least.IsCancellationRequested);
            return refreshes;
        }, ct);
        using var most = new CancellationTokenSource(LongestRefresh);
        var results = await load.AskAsync(queries, () => refreshing.IsCompleted || most.IsCancellationRequested, ct);
        return (await refreshing, results);
    }

    private static void Print(
        Report report, string title, IReadOnlyList<ReadQuery> queries, IReadOnlyList<ReadLoad.Result> results,
        double target)
    {
        var table = new MarkdownTable(title, "answers", "per s", "KiB", "p50", "p95", "p99", "max", "failed", "target");
        foreach (var (query, result) in queries.Zip(results))
            table.Row(query.Name, result.Durations.Count, result.PerSecond, result.MeanKiB, result.Durations.P50Ms,
                result.Durations.P95Ms, result.Durations.P99Ms, result.Durations.MaxMs,
                Failures(report, title, query, result),
                report.Judge($"{title}: p95 of {query.Name}", result.Durations.P95Ms, query.HasTarget ? target : null));
        report.Table(table);
    }

    private static int Failures(Report report, string title, ReadQuery query, ReadLoad.Result result)
    {
        if (result.Fault is { } fault)
            report.Missed.Add($"{title}: {result.Failed} answers to {query.Name} failed, such as {fault}");
        return result.Failed;
    }

    private static async Task<IReadOnlyList<ReadQuery>> QueriesAsync(BenchDatabase database, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        var users = (await connection.QueryAsync<Guid>(
            "select md5('user:' || n)::uuid from generate_series(0, @last) as n",
            new { last = database.Size.Users - 1 })).ToArray();
        var lastDay = await connection.ExecuteScalarAsync<DateTime>(
            "select max(started_at) from core.sessions where user_id = md5('user:0')::uuid");
        return ReadQueries.Of(database.Size, users, DateOnly.FromDateTime(lastDay));
    }
}

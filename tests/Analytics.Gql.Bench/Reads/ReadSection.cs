// quiet ⇒ with a delta of 10,000 sessions ⇒ while drains run ⇒ while full refreshes run, which fold the deltas in
using Analytics.Gql.Bench.Drains;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Serving;

namespace Analytics.Gql.Bench.Reads;

internal static class ReadSection
{
    private const double QuietP95Ms = 25;
    private const int DeltaSessions = 10_000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    public static async Task RunAsync(
        BenchDatabase database, TimeSpan duration, Report report, Progress progress, CancellationToken ct)
    {
        var queries = await ReadQueries.OfAsync(database, ct);
        await using var server = await ServerProcess.StartAsync(database.ConnectionString, ct);
        using var load = new ReadLoad(server.Endpoint);
        foreach (var query in queries)
            await load.AskAsync(query, WarmUp, ct);

        report.Section("Reads",
            "Milliseconds over HTTP on loopback: p50 to max as the client sees them, 'server p95' from the request's arrival "
            + "until the whole answer is ready, which the target is for. "
            + $"{ReadLoad.Connections} connections, each asking again as soon as it has its answer; users at random. "
            + "'Factor' is p95 against that of the same queries in turn just before, with neither drains nor refreshes.");
        await QuietAsync("quiet", "Quiet");
        await progress.ShowAsync("delta", log => ChangeAsync(database, ct));
        await QuietAsync("with a delta", $"With a delta of {DeltaSessions:N0} sessions and their weeks");
        await BusyReads.DrainingAsync(database, load, queries, duration, report, progress, ct);
        await BusyReads.RefreshingAsync(database, load, queries, duration, report, progress, ct);

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
            ReadTables.Print(report, title, queries, results, QuietP95Ms);
        }
    }

    /// <summary>Through the server's own worker, as in life.</summary>
    private static async Task ChangeAsync(BenchDatabase database, CancellationToken ct)
    {
        await new SessionChanges(database, seed: 7).ChangeAsync(DeltaSessions, ct);
        await database.UntilDrainedAsync(ct);
    }
}

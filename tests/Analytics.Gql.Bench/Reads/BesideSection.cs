// Large reads with places and without: what small queries take beside teams' boards, and what large ones take alone.
//
// both servers run ⇒ each is warmed up ⇒ in turns: boards on eight connections, a query on two beside them ⇒ medians
//                                      ⇒ in turns: a large query on eight connections ⇒ medians
using System.Globalization;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Serving;

namespace Analytics.Gql.Bench.Reads;

internal static class BesideSection
{
    private const int Rounds = 5, BesideConnections = 2;

    /// <summary>Of the p95 without places.</summary>
    private const double MostOfWithout = 1;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4), Turn = TimeSpan.FromSeconds(3);
    private static readonly string[] Beside =
        ["12 weeks of a user", "20 sessions of a user", "athlete page", "records of a user", "chart of 52 weeks in Berlin"];
    private static readonly string[] Alone = [.. Beside[2..], "12 weeks of 50 users", "board of 50 users in UTC", Board];
    private const string Board = "board of 50 users in Berlin";

    private sealed record Servers(ServerProcess With, ServerProcess Without);

    /// <summary>What was asked in one turn, the boards beside it second.</summary>
    private sealed record Turns(List<ReadLoad.Result[]> With, List<ReadLoad.Result[]> Without);

    public static async Task RunAsync(BenchDatabase database, Report report, Progress progress, CancellationToken ct)
    {
        var queries = (await ReadQueries.OfAsync(database, ct)).ToDictionary(query => query.Name);
        await using var with = await ServerProcess.StartAsync(database.ConnectionString, ct);
        await using var without = await ServerProcess.StartAsync(
            database.ConnectionString, ct, "--Analytics:Limits:LargeOperationCost=100000000");
        var servers = new Servers(with, without);
        report.Section("Large reads",
            "Milliseconds over HTTP on loopback, each connection asking again as soon as it has its answer. Medians of "
            + $"{Rounds} turns, of a server with places for large reads, as it is by default, and of one where nothing is large; "
            + "ratios are medians of those of two turns after each other.");
        await progress.ShowAsync("large reads", async log =>
        {
            await WarmUpAsync(servers, Beside.Union(Alone).Select(name => queries[name]), ct);
            var beside = new MarkdownTable(
                $"beside {ReadLoad.Connections} connections that ask for {Board}", "p50", "without", "p95", "without", "boards/s", "without",
                "boards' p95", "without", "ratio of p95", "target");
            foreach (var query in Beside.Select(name => queries[name]))
            {
                log(query.Name);
                AddBeside(beside, query, await InTurnsAsync(servers, server => BesideAsync(server, query, queries[Board], ct)), report);
            }
            report.Table(beside);
            var alone = new MarkdownTable(
                $"alone, {ReadLoad.Connections} connections", "p50", "without", "p95", "without", "per s", "without", "ratio of p95", "of requests");
            foreach (var query in Alone.Select(name => queries[name]))
            {
                log($"{query.Name} alone");
                AddAlone(alone, query, await InTurnsAsync(servers, server => AloneAsync(server, query, Turn, ct)), report);
            }
            report.Table(alone);
        });
    }

    private static async Task WarmUpAsync(Servers servers, IEnumerable<ReadQuery> queries, CancellationToken ct)
    {
        foreach (var query in queries)
        {
            await AloneAsync(servers.With, query, WarmUp, ct);
            await AloneAsync(servers.Without, query, WarmUp, ct);
        }
    }

    private static async Task<Turns> InTurnsAsync(Servers servers, Func<ServerProcess, Task<ReadLoad.Result[]>> turn)
    {
        var turns = new Turns([], []);
        for (var round = 0; round < Rounds; round++)
        {
            turns.With.Add(await turn(servers.With));
            turns.Without.Add(await turn(servers.Without));
        }
        return turns;
    }

    private static async Task<ReadLoad.Result[]> BesideAsync(ServerProcess server, ReadQuery query, ReadQuery board, CancellationToken ct)
    {
        using var boards = new ReadLoad(server.Endpoint);
        using var others = new ReadLoad(server.Endpoint, BesideConnections);
        return await Task.WhenAll(others.AskAsync(query, Turn, ct), boards.AskAsync(board, Turn, ct));
    }

    private static async Task<ReadLoad.Result[]> AloneAsync(ServerProcess server, ReadQuery query, TimeSpan duration, CancellationToken ct)
    {
        using var load = new ReadLoad(server.Endpoint);
        return [await load.AskAsync(query, duration, ct)];
    }

    private static void AddBeside(MarkdownTable table, ReadQuery query, Turns turns, Report report)
    {
        var ratio = Ratio(turns, results => results[0].Durations.P95Ms);
        table.Row([query.Name,
            .. Medians(turns, results => results[0].Durations.P50Ms), .. Medians(turns, results => results[0].Durations.P95Ms),
            .. Medians(turns, results => results[1].PerSecond), .. Medians(turns, results => results[1].Durations.P95Ms), Text(ratio),
            report.Judge($"p95 of {query.Name} beside boards, of that without places", ratio, MostOfWithout, "times")]);
        TellFaults(query, turns, report);
    }

    private static void AddAlone(MarkdownTable table, ReadQuery query, Turns turns, Report report)
    {
        table.Row([query.Name,
            .. Medians(turns, results => results[0].Durations.P50Ms), .. Medians(turns, results => results[0].Durations.P95Ms),
            .. Medians(turns, results => results[0].PerSecond),
            Text(Ratio(turns, results => results[0].Durations.P95Ms)), Text(Ratio(turns, results => results[0].PerSecond))]);
        TellFaults(query, turns, report);
    }

    private static void TellFaults(ReadQuery query, Turns turns, Report report)
    {
        if (turns.With.Concat(turns.Without).SelectMany(results => results).FirstOrDefault(result => result.Fault is not null) is { Fault: { } fault })
            report.Missed.Add($"Large reads, {query.Name}: an answer failed: {fault}");
    }

    private static IEnumerable<object> Medians(Turns turns, Func<ReadLoad.Result[], double> figure) =>
        [Median(turns.With.Select(figure)), Median(turns.Without.Select(figure))];

    private static double Ratio(Turns turns, Func<ReadLoad.Result[], double> figure) =>
        Median(turns.With.Zip(turns.Without, (one, other) => figure(one) / figure(other)));

    private static double Median(IEnumerable<double> figures) => figures.Order().ElementAt(Rounds / 2);

    private static string Text(double ratio) => ratio.ToString("N2", CultureInfo.InvariantCulture);
}

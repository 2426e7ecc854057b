// Small queries while eight others ask for teams' boards: with places for large reads, and with none.
//
// both servers run ⇒ each is warmed up ⇒ in turns: boards on eight connections, a small query on two beside them ⇒ medians
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Serving;

namespace Analytics.Gql.Bench.Reads;

internal static class BesideSection
{
    private const int Rounds = 5, SmallConnections = 2;

    /// <summary>Of the p95 without places.</summary>
    private const double MostOfWithout = 1;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4), Turn = TimeSpan.FromSeconds(3);
    private static readonly string[] Small =
        ["12 weeks of a user", "20 sessions of a user", "athlete page", "records of a user", "chart of 52 weeks in Berlin"];

    /// <param name="Board">What the boards took meanwhile.</param>
    private sealed record Figures(ReadLoad.Result Query, ReadLoad.Result Board);

    public static async Task RunAsync(BenchDatabase database, Report report, Progress progress, CancellationToken ct)
    {
        var queries = await ReadQueries.OfAsync(database, ct);
        var board = queries.Single(query => query.Name == "board of 50 users in Berlin");
        var small = Small.Select(name => queries.Single(query => query.Name == name)).ToList();
        await using var with = await ServerProcess.StartAsync(database.ConnectionString, ct);
        await using var without = await ServerProcess.StartAsync(
            database.ConnectionString, ct, "--Analytics:Limits:LargeOperationCost=100000000");
        report.Section("Beside boards",
            $"Milliseconds over HTTP on loopback while {ReadLoad.Connections} connections ask for {board.Name}, each again as soon as it "
            + $"has its answer; the query on {SmallConnections} connections in the same way. Medians of {Rounds} turns, of a server with "
            + "places for large reads, as it is by default, and of one where nothing is large.");
        var table = new MarkdownTable(
            "query", "p50", "without", "p95", "without", "boards/s", "without", "boards' p95", "without", "p95 of without's", "target");
        await progress.ShowAsync("beside boards", async log =>
        {
            foreach (var server in new[] { with, without })
            {
                using var load = new ReadLoad(server.Endpoint);
                foreach (var query in small.Prepend(board))
                    await load.AskAsync(query, WarmUp, ct);
            }
            foreach (var query in small)
            {
                log(query.Name);
                Add(table, query, await InTurnsAsync(query), report);
            }
        });
        report.Table(table);

        async Task<(List<Figures> With, List<Figures> Without)> InTurnsAsync(ReadQuery query)
        {
            List<Figures> ofWith = [], ofWithout = [];
            for (var round = 0; round < Rounds; round++)
            {
                ofWith.Add(await BesideAsync(with, query, board, ct));
                ofWithout.Add(await BesideAsync(without, query, board, ct));
            }
            return (ofWith, ofWithout);
        }
    }

    private static async Task<Figures> BesideAsync(ServerProcess server, ReadQuery query, ReadQuery board, CancellationToken ct)
    {
        using var boards = new ReadLoad(server.Endpoint);
        using var others = new ReadLoad(server.Endpoint, SmallConnections);
        var (asking, beside) = (others.AskAsync(query, Turn, ct), boards.AskAsync(board, Turn, ct));
        return new Figures(await asking, await beside);
    }

    private static void Add(MarkdownTable table, ReadQuery query, (List<Figures> With, List<Figures> Without) found, Report report)
    {
        if (found.With.Concat(found.Without).SelectMany(f => new[] { f.Query.Fault, f.Board.Fault }).FirstOrDefault(fault => fault is not null) is { } fault)
            report.Missed.Add($"Beside boards, {query.Name}: an answer failed: {fault}");
        var ratio = found.With.Zip(found.Without).Select(pair => pair.First.Query.Durations.P95Ms / pair.Second.Query.Durations.P95Ms)
            .Order().ElementAt(Rounds / 2);
        table.Row(query.Name,
            Median(found.With, f => f.Query.Durations.P50Ms), Median(found.Without, f => f.Query.Durations.P50Ms),
            Median(found.With, f => f.Query.Durations.P95Ms), Median(found.Without, f => f.Query.Durations.P95Ms),
            Median(found.With, f => f.Board.PerSecond), Median(found.Without, f => f.Board.PerSecond),
            Median(found.With, f => f.Board.Durations.P95Ms), Median(found.Without, f => f.Board.Durations.P95Ms),
            ratio.ToString("N2", System.Globalization.CultureInfo.InvariantCulture),
            report.Judge($"p95 of {query.Name} beside boards, of that without places", ratio, MostOfWithout, "times"));
    }

    private static double Median(List<Figures> found, Func<Figures, double> figure) => found.Select(figure).Order().ElementAt(Rounds / 2);
}

// start all ⇒ equal answers? ⇒ warm up ⇒ what PostgreSQL does unasked ⇒ for each query and number of connections: rounds, in each of which all have a turn
//   ⇒ tables, plot
// In turns: what drifts over a run falls on all alike.
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Peers.Contenders;

namespace Analytics.Gql.Bench.Peers;

/// <param name="Duration">Of each turn: whole seconds.</param>
/// <param name="WarmUp">Of each contender and query.</param>
/// <param name="PoolSize">Connections of each contender to the database.</param>
/// <param name="Different">Users that are asked for, in turn.</param>
/// <param name="Only">Beginnings of the names of the contenders that take part; none: all do.</param>
/// <param name="Queries">Beginnings of the names of the queries that are asked; none: all are.</param>
/// <param name="Judged">Whether figures are held against their targets: those of a machine that is busy say nothing.</param>
internal sealed record PeersSettings(
    int Rounds, TimeSpan Duration, TimeSpan WarmUp, IReadOnlyList<int> Connections, int PoolSize,
    int Different, IReadOnlyList<string> Only, IReadOnlyList<string> Queries, bool Judged);

internal static class PeersSection
{
    /// <summary>Long enough for what happens every few seconds, and for a clock of 10 ms.</summary>
    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(10);

    /// <param name="plot">Where the plot goes.</param>
    public static async Task RunAsync(
        BenchDatabase database, PeersSettings settings, FileInfo plot, Report report, Progress progress, CancellationToken ct)
    {
        if (database.ServerId is not { } postmaster)
            throw new ArgumentException(
                "peers: --connection names a server whose processes cannot be seen from here. Leave it out for a private cluster.");
        var queries = await PeerQueries.OfAsync(database, settings.Different, settings.Queries, ct);
        await using var set = await progress.ShowAsync(
            "contenders", log => ContenderSet.StartAsync(
                database, queries, settings.PoolSize, settings.Only, log, ct));
        var contenders = await progress.ShowAsync("equal answers", log => CheckAsync(set, queries, log, ct));

        var round = new Round(settings.Connections[0], settings.WarmUp, settings.WarmUp);
        await progress.ShowAsync("warm-up", async log =>
        {
            foreach (var query in queries)
                foreach (var contender in contenders.OfType<HttpContender>())
                {
                    log($"{query.Name}, {contender.Name}");
                    await contender.RunAsync(query, round, new Postgres(postmaster), ct);
                }
        });
        var postgres = await progress.ShowAsync("idle", _ => IdleAsync(postmaster, ct));
        var cells = new PeerCells(queries, settings.Connections, contenders);
        await progress.ShowAsync("load", async log =>
        {
            foreach (var query in queries)
                foreach (var connections in settings.Connections)
                    for (var n = 1; n <= settings.Rounds; n++)
                    {
                        log($"{query.Name}, {connections} connections, round {n} of {settings.Rounds}");
                        var turn = new Round(connections, settings.Duration * query.Times, settings.WarmUp);
                        // There and back: nobody always follows the same neighbour.
                        foreach (var contender in n % 2 == 1 ? contenders : contenders.Reverse())
                            if (await contender.RunAsync(query, turn, postgres, ct) is { } figures)
                                cells.Add(query, connections, contender, figures);
                    }
        });
        PeersReport.Print(report, cells, settings, postgres, plot.Name);
        await File.WriteAllTextAsync(plot.FullName, CpuPlot.Draw(cells, settings.Connections[0]), ct);
    }

    /// <summary>Asks everybody everything.</summary>
    /// <returns>Who takes part.</returns>
    /// <exception cref="AnswerDiffersException">One answered otherwise than the first.</exception>
    private static async Task<IReadOnlyList<Contender>> CheckAsync(
        ContenderSet set, IReadOnlyList<PeerQuery> queries, Action<string> log, CancellationToken ct)
    {
        using var http = new HttpClient();
        foreach (var query in queries)
        {
            log(query.Name);
            IReadOnlyList<GivenAnswer>? reference = null;
            foreach (var contender in set.All.OfType<HttpContender>())
                if (await EqualAnswers.AskAsync(http, contender, query, ct) is { } given)
                {
                    EqualAnswers.Compare(contender, query, reference ??= given, given);
                    (contender as ConditionalContender)?.Remember(query, [.. given.Select(a => a.ETag)]);
                }
        }
        var silent = set.All.OfType<ConditionalContender>().Where(contender => !contender.HasTags).ToList();
        foreach (var contender in silent)
            log($"{contender.Name}: no ETag, and therefore not measured");
        return [.. set.All.Except(silent)];
    }

    /// <summary>What PostgreSQL uses when nobody asks.</summary>
    private static async Task<Postgres> IdleAsync(int postmaster, CancellationToken ct)
    {
        var before = CpuTimes.OfTreeUs(postmaster);
        await Task.Delay(IdleFor, ct);
        return new Postgres(postmaster, (CpuTimes.OfTreeUs(postmaster) - before) / IdleFor.TotalMicroseconds);
    }
}

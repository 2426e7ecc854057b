// Random work from several writers, beside drains, full refreshes, switches of the mode and readers; compared when quiet.
//
// round (writers, drainers, readers) ⇒ settle ⇒ *_current = *_live ⇒ answers = recomputation ⇒ next round
using System.Diagnostics;
using Analytics.Gql.Differential.Operations;
using Analytics.Gql.Differential.Oracle;
using Analytics.Gql.Differential.Running;

namespace Analytics.Gql.Differential;

public sealed class DifferentialRun(DifferentialSettings settings)
{
    private readonly Tally _tally = new();
    private readonly Random _random = new(settings.Seed);
    private readonly Dictionary<int, OperationGenerator> _writers = [];

    public static Task<DifferentialResult> RunAsync(DifferentialSettings settings, CancellationToken ct) =>
        new DifferentialRun(settings).RunAsync(ct);

    private async Task<DifferentialResult> RunAsync(CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        await using var ground = await settings.CreateGround(ct);
        await using var node = new Node(ground.ConnectionString);
        await using var secondNode = new Node(ground.ConnectionString);
        var comparison = await Comparison.OfAsync(node.Source, ct);
        var api = settings.StartApi is { } start ? await start(ground, ct) : null;
        var rounds = 0;
        Failure? failure = null;
        try
        {
            for (long done = 0; done < settings.Operations && failure is null; rounds++)
            {
                var operations = Draw(Math.Min(settings.OperationsPerRound, settings.Operations - done));
                done += operations.Sum(o => o.Count);
                var beginning = await Beginning.OfAsync(node.Source, ct);
                var round = new Round(
                    node, [.. new[] { node, secondNode }.Take(settings.Drainers)], settings.Pool, comparison, _tally, operations,
                    settings.Seed + rounds);
                var difference = await Fault.AsDifferenceAsync(async () =>
                    await round.RunAsync(ct) ?? await CompareQuietAsync(node, comparison, api?.Ask, ct));
                if (difference is not null)
                    failure = await ExplainAsync(rounds + 1, difference, beginning, round.Log.Entries, ct);
                settings.Log($"seed {settings.Seed}: {done} of {settings.Operations} operations, {rounds + 1} rounds, "
                    + $"{_tally.Drains} drains, {_tally.FullRefreshes} full refreshes, {_tally.KilledRefreshes} killed, "
                    + $"{_tally.FreshReads} of {_tally.Reads} reads fresh");
            }
        }
        finally
        {
            if (api is not null)
                await api.Stop();
        }
        return new DifferentialResult(_tally, rounds, Stopwatch.GetElapsedTime(started), comparison.Names, failure);
    }

    /// <summary>The operations of a round, for each of its writers.</summary>
    private List<IReadOnlyList<Operation>> Draw(long count)
    {
        var writers = settings.Writers ?? _random.Next(1, 9);
        return [.. Enumerable.Range(0, writers).Select(writer =>
        {
            if (!_writers.TryGetValue(writer, out var generator))
                _writers.Add(writer, generator = new OperationGenerator(settings.Seed, writer, settings.Pool));
            var own = count / writers + (writer < count % writers ? 1 : 0);
            return (IReadOnlyList<Operation>)[.. Enumerable.Range(0, (int)own).Select(_ => generator.Next())];
        })];
    }

    private async Task<Difference?> CompareQuietAsync(Node node, Comparison comparison, Ask? ask, CancellationToken ct)
    {
        await node.SettleAsync(_tally, ct);
        if (await comparison.OfEveryoneAsync(node.Source, quiet: true, ct) is { } drift)
            return drift;
        return ask is null ? null : await new Answers(ask, _tally)
            .CompareAsync(settings.Pool.UserIds, await CoreRows.ReadAsync(node.Source, ct), ct);
    }

    private async Task<Failure> ExplainAsync(
        int round, Difference difference, IReadOnlyList<Operation> beginning, IReadOnlyList<LogEntry> log,
        CancellationToken ct)
    {
        settings.Log($"seed {settings.Seed}, round {round}: {difference.Kind}: {difference.What}; shortening");
        await using var replay = await Replay.PrepareAsync(settings.CreateGround, difference.Kind == "dishonest", ct);
        var shrunk = difference.Kind == "answer" ? null : await new Shrinker(replay, settings.Replays, settings.Log)
            .ShrinkAsync([.. beginning, .. log.Select(e => e.Operation)], ct);
        return new Failure(settings.Seed, round, shrunk?.Difference ?? difference, log, shrunk?.Operations);
    }
}

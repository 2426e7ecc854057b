// One round: writers at once, nodes that drain in small batches, a reader that checks what it is told; then quiet.
using Analytics.Gql.Differential.Operations;

namespace Analytics.Gql.Differential.Running;

/// <param name="node">Runs the operations.</param>
/// <param name="drainers">Drain beside them, all the time.</param>
/// <param name="operations">For each writer, in its order.</param>
/// <param name="seed">Of what the drainers and readers choose; their timing is the machine's.</param>
public sealed class Round(
    Node node, IReadOnlyList<Node> drainers, Pool pool, Comparison comparison, Tally tally,
    IReadOnlyList<IReadOnlyList<Operation>> operations, int seed)
{
    public Log Log { get; } = new();

    /// <returns>What the readers found wrong, if anything.</returns>
    public async Task<Difference?> RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] drains = [.. drainers.Select((drainer, i) => DrainAsync($"node {i + 1}", drainer, i + 1))];
        var reader = ReadAsync();
        try
        {
            await Task.WhenAll(operations.Select((own, i) => Task.Run(() => WriteAsync($"writer {i}", own, ct), ct)));
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(drains);
        }
        return await reader;

        Task DrainAsync(string actor, Node of, int number) => Task.Run(async () =>
        {
            var random = new Random(seed + number);
            while (!stop.IsCancellationRequested)
            {
                var batch = new DrainBatch(random.Next(1, 20));
                var drained = await of.DrainAsync(batch.MaxRows, tally, ct);
                if (drained.StagedChanges > 0)
                    Log.Add(new LogEntry(actor, batch, $"{drained.StagedChanges} staged changes"));
                else
                    await Task.Delay(TimeSpan.FromMilliseconds(5), ct); // idle: leaves the machine to the writers
            }
        }, ct);

        Task<Difference?> ReadAsync() => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                var user = Pool.User(random.Next(pool.Users));
                if (await comparison.OfUserAsync(node.Source, user, random.Next(4) == 0, tally, ct) is { } wrong)
                    return wrong;
            }
            return null;
        }, ct);
    }

    private async Task WriteAsync(string actor, IReadOnlyList<Operation> own, CancellationToken ct)
    {
        foreach (var operation in own)
            Log.Add(new LogEntry(actor, operation, await node.RunAsync(operation, tally, ct)));
    }
}

// Finds a short sequence that still ends wrong: leaves out halves, quarters, … and then single statements.
using Analytics.Gql.Differential.Operations;

namespace Analytics.Gql.Differential.Running;

/// <summary>Delta debugging. Every selection of operations can be run, so that any may be left out.</summary>
/// <param name="budget">Replays at most; what is smallest by then is the result.</param>
public sealed class Shrinker(Replay replay, int budget, Action<string> log)
{
    private int _replays;

    /// <returns>Null when the sequence does not end wrong by itself: then it takes concurrency.</returns>
    public async Task<(IReadOnlyList<Operation> Operations, Difference Difference)?> ShrinkAsync(
        IReadOnlyList<Operation> operations, CancellationToken ct)
    {
        if (await TryAsync(operations, ct) is not { } difference)
            return null;
        var parts = 2;
        while (operations.Count > 1 && _replays < budget)
        {
            var size = Math.Max(1, (operations.Count + parts - 1) / parts);
            var shorter = false;
            for (var start = 0; start < operations.Count && _replays < budget;)
            {
                IReadOnlyList<Operation> rest = [.. operations.Take(start), .. operations.Skip(start + size)];
                if (rest.Count < operations.Count && await TryAsync(rest, ct) is { } still)
                    (operations, difference, shorter) = (rest, still, true);
                else
                    start += size;
            }
            if (size == 1 && !shorter)
                break;
            parts = shorter ? Math.Max(2, parts - 1) : Math.Min(operations.Count, parts * 2);
            if (size == 1)
                parts = operations.Count;
            log($"{operations.Count} operations still end wrong, after {_replays} replays");
        }
        return await ShrinkStatementsAsync(operations, difference, ct);
    }

    private async Task<(IReadOnlyList<Operation>, Difference)> ShrinkStatementsAsync(
        IReadOnlyList<Operation> operations, Difference difference, CancellationToken ct)
    {
        for (var i = 0; i < operations.Count; i++)
            for (var s = 0; _replays < budget && operations[i] is Transaction { Statements.Count: > 1 } whole;)
            {
                if (s == whole.Statements.Count)
                    break;
                var less = whole with { Statements = [.. whole.Statements.Take(s), .. whole.Statements.Skip(s + 1)] };
                IReadOnlyList<Operation> rest = [.. operations.Take(i), less, .. operations.Skip(i + 1)];
                if (await TryAsync(rest, ct) is { } still)
                    (operations, difference) = (rest, still);
                else
                    s++;
            }
        return (operations, difference);
    }

    private Task<Difference?> TryAsync(IReadOnlyList<Operation> operations, CancellationToken ct)
    {
        _replays++;
        return replay.RunAsync(operations, ct);
    }
}

// The sequence of one writer: transactions on core, and now and then a drain, a full refresh, a switch of the mode.
using System.Data;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Differential.Operations;

/// <summary>The operations of one writer, in order: a function of the seed and the writer's number alone.</summary>
public sealed class OperationGenerator
{
    private static readonly Weighted<RefreshMode> Modes =
        new((6, RefreshMode.Incremental), (2, RefreshMode.NightlyOnly), (2, RefreshMode.Live));

    private readonly Random _random;
    private readonly StatementGenerator _statements;

    public OperationGenerator(int seed, int writer, Pool pool)
    {
        // System.Random with a seed keeps its sequence between versions.
        _random = new Random(unchecked(seed * 1_000_003 + writer));
        _statements = new StatementGenerator(_random, pool);
    }

    public Operation Next() => _random.Next(1000) switch
    {
        < 3 => new FullRefreshRun(),
        < 6 => new KilledFullRefresh(_random.Next(100)),
        < 9 => new ModeSwitch(Modes.Draw(_random)),
        < 60 => new DrainBatch(_random.Next(1, 8)),
        _ => NextTransaction(),
    };

    private Transaction NextTransaction() => new(
        _random.Next(10) < 3 ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted,
        NextStatements(),
        RollsBack: _random.Next(12) == 0);

    private IReadOnlyList<string> NextStatements() => _random.Next(10) switch
    {
        < 6 => [_statements.Next()],
        < 8 => _statements.NextWorkout(_random.Next(2, 6)),
        _ => [.. Enumerable.Range(0, _random.Next(2, 5)).Select(_ => _statements.Next())],
    };
}

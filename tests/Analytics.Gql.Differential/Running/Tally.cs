// What a run amounted to: a run that drained nothing has proved nothing.
using Analytics.Store.Refresh;

namespace Analytics.Gql.Differential.Running;

public sealed class Tally
{
    private long _operations, _drains, _staged, _fullRefreshes, _killedRefreshes, _refusals, _reads, _freshReads, _answers;

    /// <summary>Operations run, by writers and replays.</summary>
    public long Operations => _operations;

    /// <summary>Drains that took something off the queue.</summary>
    public long Drains => _drains;
    public long StagedChanges => _staged;
    public long FullRefreshes => _fullRefreshes;

    /// <summary>Full refreshes that were cut off before their end.</summary>
    public long KilledRefreshes => _killedRefreshes;

    /// <summary>Transactions that the database refused: deadlocks, serialization failures, keys.</summary>
    public long Refusals => _refusals;

    /// <summary>Reads of a user's rows and freshness beside the writers.</summary>
    public long Reads => _reads;

    /// <summary>Those of them that said that nothing is pending, and had to be right.</summary>
    public long FreshReads => _freshReads;

    /// <summary>Rows of GraphQL answers that were compared with the recomputation.</summary>
    public long Answers => _answers;

    public void Operation() => Interlocked.Increment(ref _operations);
    public void FullRefresh() => Interlocked.Increment(ref _fullRefreshes);
    public void KilledRefresh() => Interlocked.Increment(ref _killedRefreshes);
    public void Refusal() => Interlocked.Increment(ref _refusals);
    public void Answer(int rows) => Interlocked.Add(ref _answers, rows);

    public void Drain(DrainResult drained)
    {
        if (drained.StagedChanges == 0)
            return;
        Interlocked.Increment(ref _drains);
        Interlocked.Add(ref _staged, drained.StagedChanges);
    }

    public void Read(bool fresh)
    {
        Interlocked.Increment(ref _reads);
        if (fresh)
            Interlocked.Increment(ref _freshReads);
    }
}

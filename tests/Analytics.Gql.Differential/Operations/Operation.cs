// What a writer does at a time, as plain SQL, so that any selection of operations can be replayed and read.
using System.Data;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Differential.Operations;

/// <summary>One step. Any sequence of steps can be run: what is not there is not changed.</summary>
public abstract record Operation;

/// <summary>Some statements on core (or the queue) in one transaction.</summary>
public sealed record Transaction(IsolationLevel Isolation, IReadOnlyList<string> Statements, bool RollsBack) : Operation
{
    public override string ToString()
    {
        var statements = string.Join(";\n  ", Statements);
        if (Statements.Count == 1 && !RollsBack && Isolation == IsolationLevel.ReadCommitted)
            return $"  {statements};";
        var isolation = Isolation == IsolationLevel.RepeatableRead ? " isolation level repeatable read" : "";
        return $"  begin{isolation};\n  {statements};\n  {(RollsBack ? "rollback" : "commit")};";
    }
}

/// <summary>One batch of the drain.</summary>
public sealed record DrainBatch(int MaxRows) : Operation
{
    public override string ToString() => $"  select * from analytics.drain({MaxRows}, 1);";
}

public sealed record FullRefreshRun : Operation
{
    public override string ToString() => "  -- a full refresh";
}

/// <summary>A full refresh whose connection is cut after a while, unless it has ended.</summary>
public sealed record KilledFullRefresh(int AfterMs) : Operation
{
    public override string ToString() => $"  -- a full refresh, killed after {AfterMs} ms";
}

public sealed record ModeSwitch(RefreshMode Mode) : Operation
{
    public override string ToString() => $"  -- analytics-gql mode {Mode}";
}

// What happened in a round, in the order in which it ended: what a failing round is replayed from and reported with.
using Analytics.Gql.Differential.Operations;

namespace Analytics.Gql.Differential.Running;

/// <param name="Actor">Writer 0, 1, …; or a drainer.</param>
/// <param name="Outcome">'done', 'rolled back', or why the database refused it.</param>
public sealed record LogEntry(string Actor, Operation Operation, string Outcome)
{
    public override string ToString() => $"-- {Actor}: {Outcome}\n{Operation}";
}

public sealed class Log
{
    private readonly List<LogEntry> _entries = [];
    private readonly Lock _lock = new();

    public void Add(LogEntry entry)
    {
        lock (_lock)
            _entries.Add(entry);
    }

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }
}

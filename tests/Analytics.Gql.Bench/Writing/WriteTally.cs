// What writers did, and what of it was not there when it was looked for.
namespace Analytics.Gql.Bench.Writing;

internal sealed class WriteTally
{
    private int _committed, _foundCommitted, _foundUndone;

    public int CommittedCount => _committed;

    /// <summary>Of transactions whose COMMIT never answered.</summary>
    public int FoundCommitted => _foundCommitted;

    /// <summary>Of transactions whose COMMIT never answered.</summary>
    public int FoundUndone => _foundUndone;

    public int Comparisons { get; set; }
    public long LostWrites { get; set; }
    public long UnexplainedWrites { get; set; }
    public long DriftedRows { get; set; }

    /// <summary>A sentence for each thing that is wrong.</summary>
    public List<string> Findings { get; } = [];

    public void Committed() => Interlocked.Increment(ref _committed);

    /// <summary>Notes a transaction whose COMMIT never answered, after the writer looked.</summary>
    public void Uncertain(bool committed) =>
        Interlocked.Increment(ref (committed ? ref _foundCommitted : ref _foundUndone));
}

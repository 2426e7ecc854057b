// The one-to-many loader: a key without rows is an empty list, not a mistake.
namespace Analytics.Gql.Batching;

/// <summary>Loads a list for each key.</summary>
public abstract class GroupLoader<TKey, TRow>(int maxBatchSize = 1000)
    : BatchLoader<TKey, IReadOnlyList<TRow>>(maxBatchSize) where TKey : notnull
{
    protected override IReadOnlyList<TRow> Missing(TKey key) => [];
}

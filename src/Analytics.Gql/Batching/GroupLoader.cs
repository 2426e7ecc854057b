// The group loader: a batch loader whose every key has a list of rows, possibly empty.
namespace Analytics.Gql.Batching;

/// <summary>Loads the rows of many keys at once; a key without rows gets an empty list, never null.</summary>
public abstract class GroupLoader<TKey, TRow>(
    int maxBatchSize = BatchLoader<TKey, IReadOnlyList<TRow>>.DefaultMaxBatchSize)
    : BatchLoader<TKey, IReadOnlyList<TRow>>(maxBatchSize) where TKey : notnull
{
    /// <summary>Fetches the rows of distinct keys.</summary>
    /// <param name="keys">Distinct, at most the maximum batch size.</param>
    /// <param name="add">Takes a row and the 0-based position of its key; rows of a key keep the order they come
    /// in.</param>
    /// <param name="ct">Cancelled when the operation is.</param>
    protected abstract Task FetchRowsAsync(IReadOnlyList<TKey> keys, Action<int, TRow> add, CancellationToken ct);

    protected sealed override async Task<IReadOnlyList<IReadOnlyList<TRow>>> FetchAsync(
        IReadOnlyList<TKey> keys, CancellationToken ct)
    {
        var groups = new List<TRow>?[keys.Count];
        await FetchRowsAsync(keys, Add, ct).ConfigureAwait(false);
        return Array.ConvertAll(groups, IReadOnlyList<TRow> (rows) => rows is null ? [] : rows);

        void Add(int position, TRow row)
        {
            if ((uint)position >= (uint)groups.Length)
                throw new InvalidOperationException(
                    $"{GetType().Name} added a row to key {position} of {groups.Length}. "
                    + "Positions are 0-based, as the keys came.");
            (groups[position] ??= []).Add(row);
        }
    }
}

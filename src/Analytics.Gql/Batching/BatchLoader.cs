// Collects keys until the executer asks for the first of them, then fetches all at once.
//
// Load(key) ⇒ a pending entry, the same for the same key ⇒ the level is complete: the executer asks for one entry
//           ⇒ every open batch starts ⇒ each entry gets its value, or the batch's failure
// One instance serves one operation: it caches what it fetched, and forgets what failed.
using GraphQL.DataLoader;

namespace Analytics.Gql.Batching;

/// <summary>Loads values by key, many keys to a fetch.</summary>
/// <param name="maxBatchSize">Keys to a fetch, at least 1; more are split over several fetches.</param>
public abstract class BatchLoader<TKey, TValue>(int maxBatchSize = 1000) where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Entry> _entries = [];
    private readonly List<Batch> _open = [];

    /// <summary>A result that is fetched with all others of its level. Never blocks, never fetches by itself.</summary>
    public IDataLoaderResult<TValue> Load(TKey key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var entry))
                return entry;
            var partition = PartitionOf(key);
            var batch = _open.Find(b => b.Keys.Count < maxBatchSize && Equals(b.Partition, partition));
            if (batch is null)
                _open.Add(batch = new Batch(this, partition));
            batch.Keys.Add(key);
            return _entries[key] = new Entry(batch, key);
        }
    }

    /// <summary>Fetches the values of distinct keys, at most as many as a batch may have, all of one partition.</summary>
    /// <returns>A value for each key, except for those that <see cref="Missing"/> answers.</returns>
    protected abstract Task<IReadOnlyDictionary<TKey, TValue>> FetchAsync(IReadOnlyList<TKey> keys, CancellationToken ct);

    /// <summary>Keys of different partitions are fetched apart: what one statement cannot answer together.</summary>
    protected virtual object? PartitionOf(TKey key) => null;

    /// <summary>The value of a key that the fetch did not return; unless overridden that is a mistake of the loader's.</summary>
    protected virtual TValue Missing(TKey key) =>
        throw new InvalidOperationException($"{GetType().Name} returned no value for the key {key}.");

    private void StartOpenBatches(CancellationToken ct)
    {
        lock (_gate)
        {
            foreach (var batch in _open)
                batch.Start(ct);
            _open.Clear();
        }
    }

    private void Forget(IEnumerable<TKey> keys)
    {
        lock (_gate)
            foreach (var key in keys)
                _entries.Remove(key);
    }

    private sealed class Batch(BatchLoader<TKey, TValue> loader, object? partition)
    {
        private Task<IReadOnlyDictionary<TKey, TValue>>? _values;

        public BatchLoader<TKey, TValue> Loader => loader;
        public object? Partition { get; } = partition;
        public List<TKey> Keys { get; } = [];

        public void Start(CancellationToken ct) => _values = FetchAsync(ct);

        public Task<IReadOnlyDictionary<TKey, TValue>> ValuesAsync(CancellationToken ct)
        {
            if (_values is null)
                loader.StartOpenBatches(ct);
            return _values!;
        }

        private async Task<IReadOnlyDictionary<TKey, TValue>> FetchAsync(CancellationToken ct)
        {
            await Task.Yield(); // no loader's code runs inside the gate
            try
            {
                return await loader.FetchAsync(Keys, ct).ConfigureAwait(false);
            }
            catch
            {
                loader.Forget(Keys);
                throw;
            }
        }
    }

    private sealed class Entry(Batch batch, TKey key) : IDataLoaderResult<TValue>
    {
        public async Task<TValue> GetResultAsync(CancellationToken cancellationToken = default)
        {
            var values = await batch.ValuesAsync(cancellationToken).ConfigureAwait(false);
            return values.TryGetValue(key, out var value) ? value : batch.Loader.Missing(key);
        }

        async Task<object?> IDataLoaderResult.GetResultAsync(CancellationToken cancellationToken) =>
            await GetResultAsync(cancellationToken).ConfigureAwait(false);
    }
}

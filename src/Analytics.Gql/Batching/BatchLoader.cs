// The batch loader: many fields of one level ask for one key each, one fetch answers them all.
using Analytics.Store;
using GraphQL.DataLoader;

namespace Analytics.Gql.Batching;

// Load(key) ⇒ parked ⇒ first ask ⇒ the level is sealed and cut into batches ⇒ a large operation waits for a place ⇒ one
// fetch a batch ⇒ values, or one error for each waiter
//
// The executer finishes every ordinary field of a level before it asks the parked ones, so the first ask comes when the
// level is complete. Register loaders as scoped services: an operation has its own scope, and with it its own cache.

/// <summary>Turns the keys that the fields of one level ask for into as few fetches as possible.</summary>
/// <remarks>
/// <para>The contract: a key is fetched once an operation; the first ask dispatches everything loaded so far; at most
/// <c>maxBatchSize</c> keys a fetch and only keys of one partition; <see cref="FetchAsync"/> returns one value per key,
/// in key order. A failure reaches each field that waits for that batch, and its keys are forgotten, so that a later
/// level may try again.</para>
/// <para>Keys are compared by equality: use records or structs.</para>
/// </remarks>
public abstract class BatchLoader<TKey, TValue> where TKey : notnull
{
    public const int DefaultMaxBatchSize = 1_000;

    private readonly int _maxBatchSize;
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Waiter> _cache = [];
    private Level _open = new();

    protected BatchLoader(int maxBatchSize = DefaultMaxBatchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatchSize, 1);
        _maxBatchSize = maxBatchSize;
    }

    /// <summary>Parks the caller until the level is complete. The same key gives the same result for the whole
    /// operation.</summary>
    public IDataLoaderResult<TValue> Load(TKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_gate)
        {
            if (_cache.TryGetValue(key, out var known)) return known;
            var waiter = new Waiter(this, _open, key);
            _open.Waiters.Add(waiter);
            _cache.Add(key, waiter);
            return waiter;
        }
    }

    /// <summary>Fetches the values of distinct keys of one partition.</summary>
    /// <param name="keys">Distinct, in the order they were asked for, at most the maximum batch size.</param>
    /// <param name="ct">Cancelled when the operation is.</param>
    /// <returns>Exactly one value per key, in key order.</returns>
    protected abstract Task<IReadOnlyList<TValue>> FetchAsync(IReadOnlyList<TKey> keys, CancellationToken ct);

    /// <summary>Keys with equal partitions share a fetch; override it when the key's shape changes the SQL
    /// text.</summary>
    protected virtual object? PartitionOf(TKey key) => null;

    /// <summary>Puts what a reader found into key order; a key it did not find gets <paramref
    /// name="absent"/>.</summary>
    protected static IReadOnlyList<TValue> InKeyOrder(
        IReadOnlyList<TKey> keys, IReadOnlyDictionary<TKey, TValue> found, Func<TKey, TValue> absent)
    {
        var values = new TValue[keys.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = found.TryGetValue(keys[i], out var value) ? value : absent(keys[i]);
        return values;
    }

    private void Dispatch(Level level, FetchTerms terms)
    {
        List<Batch> batches;
        lock (_gate)
        {
            if (level.Dispatched) return;
            level.Dispatched = true;
            if (_open == level) _open = new Level();
            batches = Cut(level.Waiters);
        }
        foreach (var batch in batches) _ = RunAsync(batch, terms);
    }

    private List<Batch> Cut(List<Waiter> waiters)
    {
        var all = new List<Batch>();
        var filling = new Dictionary<ValueTuple<object?>, Batch>(); // wrapped: a null partition is a key too
        foreach (var waiter in waiters)
        {
            var partition = ValueTuple.Create(PartitionOf(waiter.Key));
            if (!filling.TryGetValue(partition, out var batch) || batch.Keys.Count == _maxBatchSize)
                all.Add(filling[partition] = batch = new Batch());
            (waiter.Batch, waiter.Index) = (batch, batch.Keys.Count);
            batch.Keys.Add(waiter.Key);
        }
        return all;
    }

    private async Task RunAsync(Batch batch, FetchTerms terms)
    {
        var span = LoaderTelemetry.Begin(this, batch.Keys.Count);
        try
        {
            IReadOnlyList<TValue> values;
            using (await terms.EnterAsync().ConfigureAwait(false))
                values = await FetchAsync(batch.Keys, terms.Ct).ConfigureAwait(false);
            span?.Dispose(); // before its waiters go on, which they do here
            if (values is null || values.Count != batch.Keys.Count) throw WrongCount(batch.Keys, values?.Count);
            batch.Values.SetResult(values);
        }
        catch (Exception error)
        {
            span.Fail(error);
            span?.Dispose();
            lock (_gate)
            {
                foreach (var key in batch.Keys) _cache.Remove(key);
            }
            batch.Values.SetException(error);
        }
    }

    private InvalidOperationException WrongCount(List<TKey> keys, int? count) => new(
        $"{GetType().Name}.{nameof(FetchAsync)} returned {count?.ToString() ?? "no list"} values for {keys.Count} keys "
        + $"({string.Join(", ", keys.Take(5))}{(keys.Count > 5 ? ", …" : "")}). "
        + "Return one value per key, in key order.");

    private sealed class Level
    {
        public readonly List<Waiter> Waiters = [];
        public bool Dispatched;
    }

    private sealed class Batch
    {
        public readonly List<TKey> Keys = [];
        public readonly TaskCompletionSource<IReadOnlyList<TValue>> Values = new();
    }

    private sealed class Waiter(BatchLoader<TKey, TValue> owner, Level level, TKey key) : LoaderResult<TValue>
    {
        public readonly TKey Key = key;
        public Batch? Batch;
        public int Index;

        public override void Dispatch(FetchTerms terms) => owner.Dispatch(level, terms);

        public override async ValueTask<TValue> ValueAsync(CancellationToken ct)
        {
            Dispatch(FetchTerms.AtOnce(ct));
            return (await Batch!.Values.Task.ConfigureAwait(false))[Index];
        }
    }
}

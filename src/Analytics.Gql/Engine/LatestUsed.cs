// A cache with a bound in bytes: what was unused for longest makes room.
namespace Analytics.Gql.Engine;

/// <summary>Keeps values by their key, up to <paramref name="maxBytes"/> of the sizes that callers state.</summary>
/// <remarks>Safe to use from several threads.</remarks>
public sealed class LatestUsed<T>(long maxBytes)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _latestFirst = [];
    private long _bytes;

    public int Count { get { lock (_gate) return _byKey.Count; } }

    public T? Find(string key)
    {
        lock (_gate)
        {
            if (!_byKey.TryGetValue(key, out var node)) return null;
            if (_latestFirst.First != node)
            {
                _latestFirst.Remove(node);
                _latestFirst.AddFirst(node);
            }
            return node.Value.Value;
        }
    }

    /// <summary>Keeps a value; one that is larger than the whole cache is not kept, one that is there stays.</summary>
    public void Keep(string key, T value, long bytes)
    {
        if (bytes > maxBytes) return;
        lock (_gate)
        {
            if (_byKey.ContainsKey(key)) return;
            _byKey.Add(key, _latestFirst.AddFirst(new Entry(key, value, bytes)));
            _bytes += bytes;
            while (_bytes > maxBytes)
            {
                var oldest = _latestFirst.Last!.Value;
                _latestFirst.RemoveLast();
                _byKey.Remove(oldest.Key);
                _bytes -= oldest.Bytes;
            }
        }
    }

    private readonly record struct Entry(string Key, T Value, long Bytes);
}

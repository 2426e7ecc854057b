// How many connections stay open at once: of the node, and of each user.
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

/// <summary>Counts sockets and event streams.</summary>
public sealed class ConnectionCounts(IOptions<SubscriptionOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _byKey = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>On this node, at the moment.</summary>
    public int Open { get { lock (_gate) return _all; } }

    /// <summary>Takes a place; null when there is none, and <paramref name="refusal"/> says which bound is met.</summary>
    public ConnectionPlace? TryTake(string key, out string refusal)
    {
        lock (_gate)
        {
            refusal = _all >= options.Value.MaxConnections
                ? $"This server has {_all} connections open; at most {options.Value.MaxConnections}. Try again later, or another node."
                : Refusal(key);
            if (refusal.Length > 0) return null;
            _all++;
            Add(key, 1);
            return new ConnectionPlace(this, key);
        }
    }

    internal bool TryMove(string from, string to, out string refusal)
    {
        lock (_gate)
        {
            refusal = from == to ? "" : Refusal(to);
            if (refusal.Length > 0) return false;
            Add(from, -1);
            Add(to, 1);
            return true;
        }
    }

    internal void Give(string key)
    {
        lock (_gate)
        {
            _all--;
            Add(key, -1);
        }
    }

    private string Refusal(string key) => _byKey.GetValueOrDefault(key) is var count && count >= options.Value.MaxConnectionsPerUser
        ? $"You have {count} connections open; at most {options.Value.MaxConnectionsPerUser}. Close some, or share one socket."
        : "";

    private void Add(string key, int change)
    {
        var count = _byKey.GetValueOrDefault(key) + change;
        if (count == 0) _byKey.Remove(key);
        else _byKey[key] = count;
    }
}

/// <summary>A place taken; disposing gives it back.</summary>
public sealed class ConnectionPlace(ConnectionCounts counts, string key) : IDisposable
{
    private string? _key = key;

    /// <summary>Counts it as another's: a socket's user is known only once it has sent its token.</summary>
    public bool TryMoveTo(string to, out string refusal)
    {
        if (!counts.TryMove(_key!, to, out refusal)) return false;
        _key = to;
        return true;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _key, null) is { } taken) counts.Give(taken);
    }
}

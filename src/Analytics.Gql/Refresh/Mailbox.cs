// What waits for one subscriber: bounded, and nothing of it is ever dropped.
using System.Threading.Channels;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Refresh;

/// <summary>A queue of one user's events. When it is full, the newest two become one that names what both name.</summary>
/// <param name="most">Events that wait, at least 1.</param>
public sealed class Mailbox(int most)
{
    /// <summary>Weeks and sessions that one event names; beyond, it names none, which means everything.</summary>
    public const int MostKeys = 10_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<RefreshEvent> _waiting = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public int Count { get { lock (_gate) return _waiting.Count; } }

    /// <summary>Never waits: a subscriber that is slow holds up nobody.</summary>
    public void Post(RefreshEvent change)
    {
        lock (_gate)
        {
            if (_waiting.Count < most) _waiting.AddLast(change);
            else _waiting.Last!.Value = Merged(_waiting.Last.Value, change);
        }
        _signal.Writer.TryWrite(true);
    }

    /// <summary>The oldest, when there is one.</summary>
    public async ValueTask<RefreshEvent> TakeAsync(CancellationToken ct)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.First is { } oldest)
                {
                    _waiting.RemoveFirst();
                    return oldest.Value;
                }
            }
            await _signal.Reader.ReadAsync(ct);
        }
    }

    private static RefreshEvent Merged(RefreshEvent older, RefreshEvent newer)
    {
        List<DateOnly> weeks = [.. older.Weeks.Union(newer.Weeks).Order()];
        List<Guid> sessions = [.. older.SessionIds.Union(newer.SessionIds).Order()];
        return IsEverything(older) || IsEverything(newer) || weeks.Count + sessions.Count > MostKeys
            ? newer with { Weeks = [], SessionIds = [] }
            : newer with { Weeks = weeks, SessionIds = sessions };
    }

    private static bool IsEverything(RefreshEvent change) => change.Weeks.Count == 0 && change.SessionIds.Count == 0;
}

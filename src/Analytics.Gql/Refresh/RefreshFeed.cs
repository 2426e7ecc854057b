// Brings what drains changed to whoever subscribed, on this node, whichever node drained.
using System.Runtime.CompilerServices;
using Analytics.Store.Refresh;
using Npgsql;

namespace Analytics.Gql.Refresh;

// connect ⇒ listen ⇒ (not known how far drains are? from here on, and who subscribed already reads everything again)
//         ⇒ read by number what came since the last drain seen ⇒ mailboxes ⇒ heard, or 5 s ⇒ read …
//         ⇐ connection lost: back off; the number stays, so that what was missed is read afterwards
//
// A notification only wakes: the numbers, assigned under the drain's lock, are what makes this complete.

/// <summary>One listening connection a node, however many subscribe.</summary>
public sealed partial class RefreshFeed(
    RefreshFeedSource source, RefreshEvents events, TimeProvider time, ILogger<RefreshFeed> log) : BackgroundService
{
    /// <summary>Events that wait for one subscriber; beyond, they are merged.</summary>
    public const int QueuedEvents = 256;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestBackOff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, List<Mailbox>> _subscribers = [];
    private long _last;
    private const long Unknown = -1;

    /// <summary>Subscriptions open on this node.</summary>
    public int Subscribers { get { lock (_gate) return _subscribers.Values.Sum(mailboxes => mailboxes.Count); } }

    /// <summary>Everything up to this drain has been told on this node. A subscriber may still hear of drains between it and
    /// the moment of subscribing.</summary>
    public long Told => Volatile.Read(ref _last);

    /// <summary>The number is known before the first request, so that the first subscriber misses nothing; unless the
    /// primary is away, and then the first subscribers are told to read everything once it is back.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _last = await events.LatestNumberAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            _last = Unknown;
        }
        await base.StartAsync(cancellationToken);
    }

    /// <summary>A user's events from now on, after those of the drains since <paramref name="after"/>; without end.
    /// </summary>
    /// <remarks>It subscribes with the first move, before that move waits for anything.</remarks>
    public async IAsyncEnumerable<RefreshEvent> ListenAsync(
        Guid userId, long? after, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var mailbox = new Mailbox(QueuedEvents);
        Add(userId, mailbox);
        try
        {
            var seen = long.MinValue;
            if (after is { } number)
            {
                // Read after the mailbox stands: what is in neither is not committed yet, and comes to the mailbox.
                var missed = await events.ReplayAsync(userId, number, ct);
                seen = missed.Latest;
                if (!missed.IsWhole) yield return new RefreshEvent(missed.Latest, userId, missed.ReadAt, [], []);
                foreach (var change in missed.Events) yield return change;
            }
            while (true)
            {
                var change = await mailbox.TakeAsync(ct);
                if (change.DrainNumber > seen) yield return change;
            }
        }
        finally
        {
            Remove(userId, mailbox);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backOff = ShortestBackOff;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var listener = await RefreshListener.OpenAsync(source.ConnectionString, stoppingToken);
                if (_last == Unknown) await BeginLateAsync(stoppingToken);
                while (true)
                {
                    await CatchUpAsync(listener, stoppingToken);
                    backOff = ShortestBackOff;
                    await listener.WaitAsync(Poll, stoppingToken);
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                LogAway(log, backOff, e.Message);
                await Task.Delay(backOff, time, stoppingToken);
                backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
            }
        }
    }

    private async Task BeginLateAsync(CancellationToken ct) => TellToReadEverything(await events.LatestNumberAsync(ct));

    private void TellToReadEverything(long latest)
    {
        Guid[] users;
        lock (_gate) users = [.. _subscribers.Keys];
        foreach (var user in users) Post(new RefreshEvent(latest, user, time.GetUtcNow().UtcDateTime, [], []));
        Volatile.Write(ref _last, latest);
    }

    private async Task CatchUpAsync(RefreshListener listener, CancellationToken ct)
    {
        while (true)
        {
            var page = await listener.ReadSinceAsync(_last, ct);
            // Restored under our feet: what subscribers have read since the backup may never have been.
            if (page.Latest < _last || page.Latest - _last > RefreshEvents.MostDrainsBack)
            {
                TellToReadEverything(page.Latest);
                return;
            }
            foreach (var change in page.Events) Post(change);
            Volatile.Write(ref _last, page.UpTo);
            if (page.UpTo >= page.Latest) return;
        }
    }

    private void Post(RefreshEvent change)
    {
        lock (_gate)
        {
            if (!_subscribers.TryGetValue(change.UserId, out var mailboxes)) return;
            foreach (var mailbox in mailboxes) mailbox.Post(change);
        }
    }

    private void Add(Guid userId, Mailbox mailbox)
    {
        lock (_gate)
        {
            if (!_subscribers.TryGetValue(userId, out var mailboxes)) _subscribers.Add(userId, mailboxes = []);
            mailboxes.Add(mailbox);
        }
    }

    private void Remove(Guid userId, Mailbox mailbox)
    {
        lock (_gate)
        {
            if (!_subscribers.TryGetValue(userId, out var mailboxes)) return;
            mailboxes.Remove(mailbox);
            if (mailboxes.Count == 0) _subscribers.Remove(userId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Subscribers wait: the database's notifications cannot be heard; trying again in {BackOff}: {Reason}")]
    private static partial void LogAway(ILogger log, TimeSpan backOff, string reason);
}

/// <summary>Where the feed listens: the primary.</summary>
public sealed record RefreshFeedSource(string ConnectionString);

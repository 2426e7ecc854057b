// One client that stays open: over server-sent events or a WebSocket, with as little of its own as can be.
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Analytics.Gql.Bench.Subscriptions;

internal enum Transport
{
    EventStream,
    Socket,
}

/// <summary>Subscribed to the refreshes of a user; notes when each event comes.</summary>
internal abstract partial class OpenSubscription : IDisposable
{
    private const string Query = "subscription ($id: ID!) { aggregatesRefreshed(userId: $id) { weeks sessionIds } }";

    /// <summary>Subscribed when this returns, as far as the transport tells.</summary>
    /// <param name="token">A bearer token; null: of a server that anybody may ask.</param>
    public static async Task<OpenSubscription> OpenAsync(
        Transport transport, Uri endpoint, Guid user, CancellationToken ct, string? token = null) => transport == Transport.Socket
            ? await SocketSubscription.ConnectAsync(endpoint, user, token, ct)
            : await EventStreamSubscription.ConnectAsync(endpoint, user, token, ct);

    /// <summary>Waits for an event of a later drain than that.</summary>
    /// <returns>When it was there, as <see cref="Stopwatch.GetTimestamp"/> counts.</returns>
    public async Task<long> AfterAsync(long drainNumber, CancellationToken ct)
    {
        while (true)
        {
            // A heart-beat has none.
            var last = EventId().Matches(await ReadAsync(ct)).LastOrDefault();
            if (last is not null && long.Parse(last.Groups[1].ValueSpan, CultureInfo.InvariantCulture) > drainNumber)
                return Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Says that it leaves, where the transport has a word for it; whoever only disposes it hangs up.</summary>
    public virtual Task LeaveAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>What the server sent next, whole events or none.</summary>
    protected abstract Task<string> ReadAsync(CancellationToken ct);

    [GeneratedRegex("\"eventId\":\"([0-9]+)\"")]
    private static partial Regex EventId();

    public abstract void Dispose();

    /// <summary>An event tells every session of its drain: it may be longer than most.</summary>
    private protected static void GrowWhenFull(ref byte[] buffer, int count)
    {
        if (count == buffer.Length)
            Array.Resize(ref buffer, 2 * count);
    }

    private protected static object Payload(Guid user) => new { query = Query, variables = new { id = user } };
}

// One client that stays open: over server-sent events or a WebSocket, with as little of its own as can be.
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
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
    public static async Task<OpenSubscription> OpenAsync(
        Transport transport, Uri endpoint, Guid user, CancellationToken ct) => transport == Transport.Socket
            ? await SocketSubscription.ConnectAsync(endpoint, user, ct)
            : await EventStreamSubscription.ConnectAsync(endpoint, user, ct);

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

    /// <summary>What the server sent next, whole events or none.</summary>
    protected abstract Task<string> ReadAsync(CancellationToken ct);

    [GeneratedRegex("\"eventId\":\"([0-9]+)\"")]
    private static partial Regex EventId();

    public abstract void Dispose();

    private static object Payload(Guid user) => new { query = Query, variables = new { id = user } };

    private sealed class EventStreamSubscription(TcpClient connection) : OpenSubscription
    {
        private readonly byte[] _buffer = new byte[4_096];

        public static async Task<OpenSubscription> ConnectAsync(Uri endpoint, Guid user, CancellationToken ct)
        {
            var client = new EventStreamSubscription(new TcpClient { NoDelay = true });
            await client.OpenAsync(endpoint, user, ct);
            return client;
        }

        private async Task OpenAsync(Uri endpoint, Guid user, CancellationToken ct)
        {
            await connection.ConnectAsync(endpoint.Host, endpoint.Port, ct);
            var body = JsonSerializer.Serialize(Payload(user));
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST {endpoint.PathAndQuery} HTTP/1.1\r\nHost: {endpoint.Authority}\r\nAccept: text/event-stream\r\n"
                + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"), ct);
            var head = await ReadAsync(ct);
            if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                throw new InvalidOperationException($"A subscription was refused: {head}");
        }

        // The head, a comment and an event each end in an empty line.
        protected override async Task<string> ReadAsync(CancellationToken ct)
        {
            for (var count = 0; ;)
            {
                var read = await connection.GetStream().ReadAsync(_buffer.AsMemory(count), ct);
                if (read == 0)
                    throw new InvalidOperationException("The server closed an event stream, or sent more than was expected.");
                count += read;
                if (_buffer.AsSpan(0, count).EndsWith("\n\n"u8) || _buffer.AsSpan(0, count).EndsWith("\r\n\r\n"u8)
                    || _buffer.AsSpan(0, count).EndsWith("\n\n\r\n"u8)) // the end of a chunk
                    return Encoding.UTF8.GetString(_buffer, 0, count);
            }
        }

        public override void Dispose() => connection.Dispose();
    }

    private sealed class SocketSubscription(ClientWebSocket socket) : OpenSubscription
    {
        private readonly byte[] _buffer = new byte[4_096];

        public static async Task<OpenSubscription> ConnectAsync(Uri endpoint, Guid user, CancellationToken ct)
        {
            var client = new SocketSubscription(new ClientWebSocket());
            await client.OpenAsync(endpoint, user, ct);
            return client;
        }

        private async Task OpenAsync(Uri endpoint, Guid user, CancellationToken ct)
        {
            socket.Options.AddSubProtocol("graphql-transport-ws");
            socket.Options.KeepAliveInterval = TimeSpan.Zero;
            socket.Options.SetBuffer(1_024, 1_024);
            await socket.ConnectAsync(new UriBuilder(endpoint) { Scheme = "ws" }.Uri, ct);
            await SendAsync(new { type = "connection_init" }, ct);
            await ReadAsync(ct); // connection_ack
            await SendAsync(new { id = "1", type = "subscribe", payload = Payload(user) }, ct);
        }

        // A client that does not pong is not cut off: it is enough that it takes what is sent.
        protected override async Task<string> ReadAsync(CancellationToken ct)
        {
            for (var count = 0; ;)
            {
                var read = await socket.ReceiveAsync(_buffer.AsMemory(count), ct);
                count += read.Count;
                if (read.MessageType == WebSocketMessageType.Close)
                    throw new InvalidOperationException($"The server closed a socket: {socket.CloseStatusDescription}");
                if (read.EndOfMessage)
                    return Encoding.UTF8.GetString(_buffer, 0, count);
            }
        }

        private Task SendAsync(object message, CancellationToken ct) => socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, ct);

        public override void Dispose() => socket.Dispose();
    }
}

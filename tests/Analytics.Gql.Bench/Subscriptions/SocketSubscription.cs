// A subscription over a WebSocket of its own, by the protocol graphql-transport-ws.
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Analytics.Gql.Bench.Subscriptions;

internal sealed class SocketSubscription(ClientWebSocket socket) : OpenSubscription
{
    private byte[] _buffer = new byte[4_096];

    public static async Task<OpenSubscription> ConnectAsync(
        Uri endpoint, Guid user, string? token, CancellationToken ct)
    {
        var client = new SocketSubscription(new ClientWebSocket());
        await client.OpenAsync(endpoint, user, token, ct);
        return client;
    }

    private async Task OpenAsync(Uri endpoint, Guid user, string? token, CancellationToken ct)
    {
        socket.Options.AddSubProtocol("graphql-transport-ws");
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        socket.Options.SetBuffer(1_024, 1_024);
        await socket.ConnectAsync(new UriBuilder(endpoint) { Scheme = "ws" }.Uri, ct);
        await SendAsync(new { type = "connection_init", payload = Credentials(token) }, ct);
        await ReadAsync(ct); // connection_ack
        await SendAsync(new { id = "1", type = "subscribe", payload = Payload(user) }, ct);
    }

    // A client that does not pong is not cut off: it is enough that it takes what is sent.
    protected override async Task<string> ReadAsync(CancellationToken ct)
    {
        for (var count = 0; ;)
        {
            GrowWhenFull(ref _buffer, count);
            var read = await socket.ReceiveAsync(_buffer.AsMemory(count), ct);
            count += read.Count;
            if (read.MessageType == WebSocketMessageType.Close)
                throw new InvalidOperationException($"The server closed a socket: {socket.CloseStatusDescription}");
            if (read.EndOfMessage)
                return Encoding.UTF8.GetString(_buffer, 0, count);
        }
    }

    public override async Task LeaveAsync(CancellationToken ct)
    {
        await SendAsync(new { id = "1", type = "complete" }, ct);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, ct);
    }

    private static Dictionary<string, string> Credentials(string? token) =>
        token is null ? [] : new() { ["Authorization"] = $"Bearer {token}" };

    private Task SendAsync(object message, CancellationToken ct) => socket.SendAsync(
        JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, ct);

    public override void Dispose() => socket.Dispose();
}

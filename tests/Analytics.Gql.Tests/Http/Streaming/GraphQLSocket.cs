// A client of graphql-transport-ws that shows each message.
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Analytics.Gql.Tests.Http.Streaming;

internal sealed class GraphQLSocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 16];

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    public static async Task<GraphQLSocket> OpenAsync(
        HttpClient http, string? subprotocol = "graphql-transport-ws", string? origin = null)
    {
        var client = new GraphQLSocket();
        if (subprotocol is not null) client._socket.Options.AddSubProtocol(subprotocol);
        if (origin is not null) client._socket.Options.SetRequestHeader("Origin", origin);
        client._socket.Options.CollectHttpResponseDetails = true;
        await client._socket.ConnectAsync(
            new UriBuilder(http.BaseAddress!) { Scheme = "ws", Path = "/graphql" }.Uri, CancellationToken.None)
            .WaitAsync(EventStream.Patience);
        return client;
    }

    /// <summary>Open and acknowledged.</summary>
    public static async Task<GraphQLSocket> ReadyAsync(HttpClient http, string? origin = null)
    {
        var client = await OpenAsync(http, origin: origin);
        await client.SendAsync(new { type = "connection_init" });
        Assert.Equal("connection_ack", (await client.NextAsync()).GetProperty("type").GetString());
        return client;
    }

    public Task SendAsync(object message) => SendTextAsync(JsonSerializer.Serialize(message));

    public Task SendTextAsync(string message) => SendBytesAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text);

    public Task SendBytesAsync(byte[] bytes, WebSocketMessageType type) => _socket.SendAsync(bytes, type, true, CancellationToken.None);

    public Task SubscribeAsync(string id, string query, object? variables = null, string? lastEventId = null) =>
        SendAsync(new { id, type = "subscribe", payload = new { query, variables, extensions = new { lastEventId } } });

    public async Task<JsonElement> NextAsync() =>
        await ReceiveAsync() ?? throw new InvalidOperationException($"Closed: {(int?)CloseStatus} {CloseReason}");

    /// <summary>Reads on until the server closes, and answers it.</summary>
    public async Task<(int Code, string? Reason)> ClosedAsync()
    {
        while (await ReceiveAsync() is not null)
        {
        }
        return ((int)CloseStatus!, CloseReason);
    }

    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(EventStream.Patience);

    public void Dispose() => _socket.Dispose();

    private async Task<JsonElement?> ReceiveAsync()
    {
        var count = 0;
        while (true)
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(count), CancellationToken.None).AsTask().WaitAsync(EventStream.Patience);
            count += read.Count;
            if (read.MessageType == WebSocketMessageType.Close)
            {
                if (_socket.State == WebSocketState.CloseReceived)
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                return null;
            }
            if (read.EndOfMessage) return JsonDocument.Parse(_buffer.AsMemory(0, count).ToArray()).RootElement;
        }
    }
}

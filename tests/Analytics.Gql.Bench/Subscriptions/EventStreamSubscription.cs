// A subscription over server-sent events, on a connection of its own.
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Analytics.Gql.Bench.Subscriptions;

internal sealed class EventStreamSubscription(TcpClient connection) : OpenSubscription
{
    private byte[] _buffer = new byte[4_096];

    public static async Task<OpenSubscription> ConnectAsync(
        Uri endpoint, Guid user, string? token, CancellationToken ct)
    {
        var client = new EventStreamSubscription(new TcpClient { NoDelay = true });
        await client.OpenAsync(endpoint, user, token, ct);
        return client;
    }

    private async Task OpenAsync(Uri endpoint, Guid user, string? token, CancellationToken ct)
    {
        await connection.ConnectAsync(endpoint.Host, endpoint.Port, ct);
        var body = JsonSerializer.Serialize(Payload(user));
        var authorization = token is null ? "" : $"Authorization: Bearer {token}\r\n";
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {endpoint.PathAndQuery} HTTP/1.1\r\nHost: {endpoint.Authority}\r\nAccept: text/event-stream\r\n"
            + $"{authorization}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"), ct);
        var head = await ReadAsync(ct);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            throw new InvalidOperationException($"A subscription was refused: {head}");
    }

    // The head, a comment and an event each end in an empty line.
    protected override async Task<string> ReadAsync(CancellationToken ct)
    {
        for (var count = 0; ;)
        {
            GrowWhenFull(ref _buffer, count);
            var read = await connection.GetStream().ReadAsync(_buffer.AsMemory(count), ct);
            if (read == 0)
                throw new InvalidOperationException("The server closed an event stream.");
            count += read;
            if (_buffer.AsSpan(0, count).EndsWith("\n\n"u8) || _buffer.AsSpan(0, count).EndsWith("\r\n\r\n"u8)
                || _buffer.AsSpan(0, count).EndsWith("\n\n\r\n"u8)) // the end of a chunk
                return Encoding.UTF8.GetString(_buffer, 0, count);
        }
    }

    public override void Dispose() => connection.Dispose();
}

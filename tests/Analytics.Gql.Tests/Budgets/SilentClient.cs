// One request over a socket of its own, again and again, without allocating: what is allocated meanwhile is the server's.
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Analytics.Gql.Tests.Budgets;

internal sealed class SilentClient : IDisposable
{
    private const int MostBytes = 4 * 1_048_576;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly byte[] _response = new byte[MostBytes];
    private int _length;

    /// <param name="body">JSON.</param>
    public SilentClient(Uri server, string path, string body)
    {
        _request = Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
        _socket.Connect(IPAddress.Loopback, server.Port);
    }

    /// <summary>The body of the last response; of a chunked one its first chunk begins it.</summary>
    public string Answer
    {
        get
        {
            var body = Encoding.UTF8.GetString(Body);
            return body[body.IndexOf('{', StringComparison.Ordinal)..];
        }
    }

    private ReadOnlySpan<byte> Received => _response.AsSpan(0, _length);
    private int HeadersEnd => Received.IndexOf("\r\n\r\n"u8);
    private ReadOnlySpan<byte> Body => Received[(HeadersEnd + 4)..];

    /// <summary>Sends the request and waits for the whole response.</summary>
    public void Ask()
    {
        _socket.Send(_request);
        _length = 0;
        do
        {
            var read = _socket.Receive(_response.AsSpan(_length));
            Assert.True(read > 0, "The server closed the connection.");
            _length += read;
        }
        while (!IsWhole);
        Assert.True(Received.StartsWith("HTTP/1.1 200"u8));
    }

    private bool IsWhole
    {
        get
        {
            const int none = -1;
            if (HeadersEnd == none)
                return false;
            var headers = Received[..HeadersEnd];
            var at = headers.IndexOf("Content-Length: "u8);
            if (at == none)
                return Body.EndsWith("0\r\n\r\n"u8);
            return Utf8Parser.TryParse(headers[(at + "Content-Length: ".Length)..], out int length, out _) && Body.Length == length;
        }
    }

    public void Dispose() => _socket.Dispose();
}

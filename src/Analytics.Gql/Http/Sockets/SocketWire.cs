// One socket's bytes: whole messages in, up to a bound; one message at a time out; and a close that waits for its answer.
using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace Analytics.Gql.Http.Sockets;

/// <summary>Whoever sends waits for its turn, and an operation makes its next result only then: what waits is bounded
/// by the operations.</summary>
internal sealed class SocketWire(WebSocket socket, int maxBytes, TimeSpan sendTimeout, TimeProvider time) : IDisposable
{
    private const int KeptBytes = 16_384;
    private const int MaxReasonBytes = 123; // of RFC 6455
    // By the machine's clock: it is for the network alone, and a test's clock may run ahead of that.
    private static readonly TimeSpan AnsweredWithin = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _cut = new();
    private ArrayBufferWriter<byte> _message = new(1_024);
    private int _closing;

    public bool IsClosing => Volatile.Read(ref _closing) == 1;

    /// <summary>The next message of the client, valid until the next call; null when the socket has ended.</summary>
    /// <exception cref="SocketClosedException">Too long, or not text.</exception>
    public async Task<ReadOnlyMemory<byte>?> ReceiveAsync()
    {
        if (_message.Capacity > KeptBytes) _message = new(1_024);
        _message.ResetWrittenCount();
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(_message.GetMemory(1_024), _cut.Token);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    await CloseAsync((int)(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure), "");
                    return null;
                }
                if (IsClosing)
                {
                    _message.ResetWrittenCount(); // nothing is heard any more but the answer to our close
                    continue;
                }
                _message.Advance(read.Count);
                if (_message.WrittenCount > maxBytes)
                    throw new SocketClosedException(CloseCode.TooBig, $"The message is longer than {maxBytes} bytes.");
                if (read.MessageType != WebSocketMessageType.Text) throw SocketMessage.Invalid("it is binary");
                if (read.EndOfMessage) return _message.WrittenMemory;
            }
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Nothing is sent any more once the socket closes. A client that does not take it in time is cut off.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (IsClosing) return;
            // Only time ends it: half a frame would be the end of the socket.
            using var patience = new CancellationTokenSource(sendTimeout, time);
            await socket.SendAsync(message, WebSocketMessageType.Text, true, patience.Token);
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            Cut();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Says why, once; whoever receives then waits for the client's answer, and not for long.</summary>
    public async Task CloseAsync(int code, string reason)
    {
        if (Interlocked.Exchange(ref _closing, 1) == 1) return;
        using var patience = new CancellationTokenSource(AnsweredWithin);
        try
        {
            await _turn.WaitAsync(patience.Token);
            try
            {
                await socket.CloseOutputAsync((WebSocketCloseStatus)code, Cropped(reason), patience.Token);
                _cut.CancelAfter(AnsweredWithin);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or IOException
            or ObjectDisposedException or ArgumentException)
        {
            Cut();
        }
    }

    public void Dispose()
    {
        _cut.Dispose();
        _turn.Dispose();
    }

    private void Cut()
    {
        Volatile.Write(ref _closing, 1);
        socket.Abort();
    }

    private static string Cropped(string reason)
    {
        while (Encoding.UTF8.GetByteCount(reason) > MaxReasonBytes) reason = reason[..^1];
        return reason;
    }
}

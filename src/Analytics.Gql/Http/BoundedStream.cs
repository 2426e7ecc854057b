// A request body that ends with an error once it is larger than allowed, whatever its headers say.
namespace Analytics.Gql.Http;

internal sealed class BoundedStream(Stream body, int maxBytes) : Stream
{
    private long _read;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken);
        _read += count;
        return _read <= maxBytes ? count : throw new RequestException(413, Engine.ErrorCodes.LimitExceeded,
            $"The request is larger than {maxBytes} bytes. Send a smaller document or fewer variables.");
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new InvalidOperationException("Request bodies are read asynchronously.");

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new InvalidOperationException("A request body has no known length.");
    public override long Position
    {
        get => _read;
        set => throw new InvalidOperationException("A request body is read once.");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new InvalidOperationException("A request body is read once.");
    public override void SetLength(long value) => throw new InvalidOperationException("A request body is not ours to change.");
    public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("A request body is not ours to change.");
}

// Counts what is written, so that an answer's length is known before it leaves.
using System.Buffers;

namespace Analytics.Gql.Http;

internal sealed class CountedOutput(IBufferWriter<byte> output) : IBufferWriter<byte>
{
    public long Bytes { get; private set; }

    public void Advance(int count)
    {
        output.Advance(count);
        Bytes += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => output.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => output.GetSpan(sizeHint);
}

// Reads a request body up to a bound, whether its length is announced or it comes in chunks.
using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Analytics.Gql.Engine;

namespace Analytics.Gql.Http;

public static class BoundedBody
{
    /// <exception cref="RequestRefusedException">413: longer than <paramref name="maxBytes"/>. 400: not JSON, or it ended too
    /// soon. 408: it came too slowly.</exception>
    public static async Task<JsonDocument> ReadJsonAsync(HttpRequest request, int maxBytes, CancellationToken ct)
    {
        if (request.ContentLength > maxBytes) throw TooLong(maxBytes);
        try
        {
            return await ReadAsync(request, maxBytes, ct).ConfigureAwait(false);
        }
        catch (BadHttpRequestException broken)
        {
            throw new RequestRefusedException(
                broken.StatusCode, ErrorCodes.BadUserInput, "The body could not be read to its end. Send it again, whole.");
        }
    }

    private static async Task<JsonDocument> ReadAsync(HttpRequest request, int maxBytes, CancellationToken ct)
    {
        var body = request.BodyReader;
        // A copy: the document would otherwise point into the pipe's memory. And each part is taken when it comes: of a body
        // that was looked at and left where it is, Kestrel cannot undo the read during which the client went away, and would
        // log a fault with the connection's next read.
        ArrayBufferWriter<byte>? whole = null;
        while (true)
        {
            var read = await NextAsync(body, ct).ConfigureAwait(false);
            whole ??= new ArrayBufferWriter<byte>(Math.Max(1, (int)Math.Min(read.Buffer.Length, maxBytes)));
            var isTooLong = whole.WrittenCount + read.Buffer.Length > maxBytes;
            if (!isTooLong)
                foreach (var part in read.Buffer)
                    whole.Write(part.Span);
            body.AdvanceTo(read.Buffer.End);
            if (isTooLong) throw TooLong(maxBytes);
            if (read.IsCanceled) throw new OperationCanceledException(ct);
            if (read.IsCompleted) return Parse(whole.WrittenMemory);
        }
    }

    /// <summary>Cancelled in the pipe's own way: a token given to the read would leave it begun for good.</summary>
    private static async ValueTask<ReadResult> NextAsync(PipeReader body, CancellationToken ct)
    {
        var reading = body.ReadAsync(CancellationToken.None);
        if (reading.IsCompleted) return await reading.ConfigureAwait(false);
        using var cut = ct.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), body);
        return await reading.ConfigureAwait(false);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException error)
        {
            throw RequestRefusedException.BadRequest(
                $"The body is not valid JSON (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}). "
                + """Send {"query": "…", "variables": {…}}.""");
        }
    }

    private static RequestRefusedException TooLong(int maxBytes) => new(
        StatusCodes.Status413PayloadTooLarge, ErrorCodes.LimitExceeded,
        $"The body is longer than {maxBytes} bytes. Ask in several requests.");
}

// Reads a request body up to a bound, whether its length is announced or it comes in chunks.
using System.Buffers;
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
        while (true)
        {
            var read = await body.ReadAsync(ct).ConfigureAwait(false);
            var buffer = read.Buffer;
            if (buffer.Length > maxBytes)
            {
                body.AdvanceTo(buffer.End);
                throw TooLong(maxBytes);
            }
            if (!read.IsCompleted)
            {
                body.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }
            try
            {
                // A copy: the document would otherwise point into the pipe's memory, which AdvanceTo gives back.
                return JsonDocument.Parse(buffer.ToArray());
            }
            catch (JsonException error)
            {
                throw RequestRefusedException.BadRequest(
                    $"The body is not valid JSON (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}). "
                    + """Send {"query": "…", "variables": {…}}.""");
            }
            finally
            {
                body.AdvanceTo(buffer.End);
            }
        }
    }

    private static RequestRefusedException TooLong(int maxBytes) => new(
        StatusCodes.Status413PayloadTooLarge, ErrorCodes.LimitExceeded,
        $"The body is longer than {maxBytes} bytes. Ask in several requests.");
}

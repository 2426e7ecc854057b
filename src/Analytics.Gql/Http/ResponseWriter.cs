// From results to an HTTP response: status, headers, bytes.
using System.Buffers;
using System.Globalization;
using Analytics.Gql.Engine;
using Microsoft.Extensions.Primitives;

namespace Analytics.Gql.Http;

public static class ResponseWriter
{
    /// <summary>Writes one result with the status that its media type and outcome ask for.</summary>
    public static Task WriteAsync(HttpContext http, string mediaType, OperationResult result)
    {
        if (result.HasError(ErrorCodes.MethodNotAllowed))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            return WriteAsync(http, mediaType, StatusCodes.Status405MethodNotAllowed, result);
        }
        // application/json says 200 for whatever was a GraphQL request: its old clients read the errors only then.
        var refused = mediaType == ContentNegotiation.GraphQLJson && !result.Executed;
        return WriteAsync(http, mediaType, refused ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK, result);
    }

    /// <summary>Writes a refusal with its status and the headers that go with it.</summary>
    public static Task WriteAsync(HttpContext http, string mediaType, RequestRefusedException refused, OperationRunner runner)
    {
        if (refused.Allow is not null) http.Response.Headers.Allow = refused.Allow;
        if (refused.Challenge is not null) http.Response.Headers.WWWAuthenticate = refused.Challenge;
        if (refused.RetryAfterS is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(http, mediaType, refused.Status, runner.Refuse(refused.Error));
    }

    public static async Task WriteAsync(HttpContext http, string mediaType, int status, OperationResult result)
    {
        Begin(http.Response, mediaType, status);
        var output = new CountedOutput(http.Response.BodyWriter);
        result.WriteTo(output);
        await SendAsync(http, output).ConfigureAwait(false);
    }

    /// <summary>Writes the results of a batch as a list, in the order of the operations; 200 whatever they
    /// are.</summary>
    public static async Task WriteBatchAsync(HttpContext http, string mediaType, IReadOnlyList<OperationResult> results)
    {
        Begin(http.Response, mediaType, StatusCodes.Status200OK);
        var output = new CountedOutput(http.Response.BodyWriter);
        for (var i = 0; i < results.Count; i++)
        {
            output.Write(i == 0 ? "["u8 : ","u8);
            results[i].WriteTo(output);
        }
        output.Write("]"u8);
        await SendAsync(http, output).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext http, CountedOutput output)
    {
        // Compression looks at it, and takes it away where it compresses.
        http.Response.ContentLength = output.Bytes;
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    private static void Begin(HttpResponse response, string mediaType, int status)
    {
        // Too late: whoever cancelled answers, if anyone is left to read it.
        response.HttpContext.RequestAborted.ThrowIfCancellationRequested();
        response.StatusCode = status;
        response.ContentType = mediaType + "; charset=utf-8";
        if (StringValues.IsNullOrEmpty(response.Headers.ETag))
        {
            response.Headers.CacheControl = "no-store";
            response.Headers.Vary = "Accept";
        }
        response.Headers.XContentTypeOptions = "nosniff";
    }
}

// Which media type an answer has, by the Accept header and the GraphQL-over-HTTP specification.
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Analytics.Gql.Http;

public static class ContentNegotiation
{
    public const string Json = "application/json";
    public const string EventStream = "text/event-stream";
    public const string GraphQLJson = "application/graphql-response+json";

    /// <summary>The answer's media type; null when the client accepts none that we write (406).</summary>
    /// <remarks>Without Accept, and for wildcards, plain JSON: clients older than the specification send
    /// those.</remarks>
    public static string? Choose(StringValues accept)
    {
        if (StringValues.IsNullOrEmpty(accept)) return Json;
        if (!MediaTypeHeaderValue.TryParseList(accept, out var wanted)) return null;
        string? best = null;
        var bestQuality = 0.0;
        foreach (var type in wanted)
        {
            var quality = type.Quality ?? 1;
            if (quality <= bestQuality || Written(type) is not { } written) continue;
            (best, bestQuality) = (written, quality);
        }
        return best;
    }

    /// <summary>Whether an event stream is what the client would rather have: named, and before any other that we
    /// write.</summary>
    public static bool PrefersEventStream(StringValues accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out var wanted)) return false;
        var (preferred, bestQuality) = (false, 0.0);
        foreach (var type in wanted)
        {
            var isStream = Is(type, EventStream);
            var quality = type.Quality ?? 1;
            if (quality <= bestQuality || !isStream && Written(type) is null) continue;
            (preferred, bestQuality) = (isStream, quality);
        }
        return preferred;
    }

    /// <summary>Whether a person in a browser asks: only they name text/html.</summary>
    public static bool WantsHtml(StringValues accept) =>
        MediaTypeHeaderValue.TryParseList(accept, out var wanted)
        && wanted.Any(type => Is(type, "text/html") && type.Quality is not 0);

    /// <summary>JSON in UTF-8 and nothing else: a form or plain text could be sent across sites without a
    /// preflight.</summary>
    public static bool IsJsonBody(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && Is(type, Json) && IsUtf8(type);

    private static string? Written(MediaTypeHeaderValue type)
    {
        if (!IsUtf8(type)) return null;
        if (Is(type, GraphQLJson)) return GraphQLJson;
        return Is(type, Json) || Is(type, "application/*") || type.MatchesAllTypes ? Json : null;
    }

    private static bool Is(MediaTypeHeaderValue type, string name) =>
        type.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static bool IsUtf8(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue
        || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}

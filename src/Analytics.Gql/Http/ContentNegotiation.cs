// Which of the two media types of GraphQL over HTTP answers a request.
using Microsoft.Net.Http.Headers;

namespace Analytics.Gql.Http;

internal static class ContentNegotiation
{
    public const string ResponseJson = "application/graphql-response+json";
    public const string Json = "application/json";

    /// <returns>Null when the client accepts neither (406).</returns>
    public static string? Choose(HttpRequest request)
    {
        if (request.Headers.Accept.Count == 0)
            return Json;
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
            return null;
        return accepted.Select(a => (Type: Match(a), Quality: a.Quality ?? 1))
            .Where(a => a.Type is not null && a.Quality > 0)
            .OrderByDescending(a => a.Quality) // stable: the client's order decides between equals
            .FirstOrDefault().Type;
    }

    public static bool IsJsonBody(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
        && IsUtf8(type);

    public static bool IsBrowserVisit(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && !request.Query.ContainsKey("query")
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static string? Match(MediaTypeHeaderValue accepted) => !IsUtf8(accepted) ? null : accepted.MediaType.Value switch
    {
        ResponseJson => ResponseJson,
        Json or "*/*" or "application/*" => Json,
        _ => null,
    };

    private static bool IsUtf8(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}

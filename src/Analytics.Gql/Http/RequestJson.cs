// From JSON to operations: the members of a GraphQL request and their types.
using System.Text.Json;
using Analytics.Gql.Engine;

namespace Analytics.Gql.Http;

public static class RequestJson
{
    /// <exception cref="RequestRefusedException">400: a member is missing or of the wrong type; the message names
    /// it.</exception>
    public static OperationRequest Read(JsonElement request, string what = "The body")
    {
        if (request.ValueKind != JsonValueKind.Object)
            throw RequestRefusedException.BadRequest(
                $"{what} is {Kind(request)}; it must be an object with a member 'query'.");
        try
        {
            return Complete(what, new OperationRequest(
                Text(request, "query") ?? "",
                Text(request, "operationName") is { Length: > 0 } name ? name : null,
                Members(request, "variables"),
                Text(request, "documentId") is { Length: > 0 } id ? id : null,
                Members(request, "extensions")));
        }
        catch (InvalidOperationException) // a string of half a surrogate pair, or of bytes that are no UTF-8
        {
            throw RequestRefusedException.BadRequest($"{what} has a string that is not valid Unicode. Send UTF-8.");
        }
    }

    /// <summary>Variables given as JSON text, in the query string of a GET.</summary>
    public static IReadOnlyDictionary<string, object?>? ReadMembers(string? json, string name)
    {
        if (string.IsNullOrEmpty(json)) return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Object => ObjectOf(document.RootElement),
                JsonValueKind.Null => null,
                _ => throw RequestRefusedException.BadRequest(
                    $"'{name}' is {Kind(document.RootElement)}; it must be an object."),
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw RequestRefusedException.BadRequest(
                $"'{name}' in the query string is not valid JSON. Send an object such as {{\"id\": 1}}.");
        }
    }

    /// <summary>The request, when exactly one member says which document to run.</summary>
    internal static OperationRequest Complete(string what, OperationRequest request)
    {
        if (request.DocumentId is not null && request.Query.Length > 0)
            throw RequestRefusedException.BadRequest($"{what} has both 'query' and 'documentId'. Send one of them.");
        if (request is { DocumentId: null, Query: "" } && request.Extensions?.ContainsKey("persistedQuery") != true)
            throw RequestRefusedException.BadRequest(
                $"{what} has no 'query'. Send a GraphQL document as text, or the id of a known one as 'documentId'.");
        return request;
    }

    private static string? Text(JsonElement request, string name)
    {
        if (!request.TryGetProperty(name, out var member)) return null;
        return member.ValueKind switch
        {
            JsonValueKind.String => member.GetString(),
            JsonValueKind.Null => null,
            _ => throw RequestRefusedException.BadRequest($"'{name}' is {Kind(member)}; it must be a string."),
        };
    }

    private static Dictionary<string, object?>? Members(JsonElement request, string name)
    {
        if (!request.TryGetProperty(name, out var member)) return null;
        return member.ValueKind switch
        {
            JsonValueKind.Object => ObjectOf(member),
            JsonValueKind.Null => null,
            _ => throw RequestRefusedException.BadRequest($"'{name}' is {Kind(member)}; it must be an object."),
        };
    }

    private static Dictionary<string, object?> ObjectOf(JsonElement json)
    {
        var members = new Dictionary<string, object?>();
        foreach (var member in json.EnumerateObject())
            members[member.Name] = ValueOf(member.Value); // the last of equal names wins
        return members;
    }

    private static object? ValueOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when json.TryGetInt32(out var small) => small,
        JsonValueKind.Number when json.TryGetInt64(out var large) => large,
        JsonValueKind.Number => json.GetDouble(),
        JsonValueKind.Array => json.EnumerateArray().Select(ValueOf).ToList(),
        JsonValueKind.Object => ObjectOf(json),
        _ => null,
    };

    private static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };
}

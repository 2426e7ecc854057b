// Reads GraphQL requests from a body or a query string, and says precisely what is wrong with one that is none.
using System.Text.Json;
using GraphQL;
using GraphQL.Transport;

namespace Analytics.Gql.Http;

/// <summary>The request is not a GraphQL request.</summary>
/// <param name="status">The HTTP status that says so.</param>
internal sealed class RequestException(int status, string code, string message) : Exception(message)
{
    public int Status => status;
    public string Code => code;

    public static RequestException Bad(string message) => new(400, Engine.ErrorCodes.BadUserInput, message);
}

/// <param name="IsBatch">The body was an array: the answer is one too.</param>
internal sealed record RequestSet(IReadOnlyList<GraphQLRequest> Requests, bool IsBatch);

internal static class RequestReader
{
    /// <exception cref="RequestException">It is too large, no JSON, or has members of a wrong type.</exception>
    public static async Task<RequestSet> ReadBodyAsync(HttpRequest request, Engine.Limits.LimitOptions limits, CancellationToken ct)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(new BoundedStream(request.Body, limits.MaxRequestBytes), default, ct);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Array)
                return new RequestSet([FromJson(root)], false);
            var count = root.GetArrayLength();
            if (count == 0)
                throw RequestException.Bad("The batch is empty; it must hold at least one operation.");
            if (count > limits.MaxOperationsPerBatch)
                throw new RequestException(400, Engine.ErrorCodes.LimitExceeded,
                    $"The batch holds {count} operations; at most {limits.MaxOperationsPerBatch}. Send the rest in another request.");
            return new RequestSet([.. root.EnumerateArray().Select(FromJson)], true);
        }
        catch (JsonException e)
        {
            throw RequestException.Bad($"The body is not JSON: {e.Message} Send an object with 'query' and, if needed, 'variables'.");
        }
    }

    public static RequestSet ReadQuery(IQueryCollection query)
    {
        if (string.IsNullOrEmpty(query["query"]))
            throw RequestException.Bad("The parameter 'query' is missing. Give the GraphQL document in it.");
        return new RequestSet([new GraphQLRequest
        {
            Query = query["query"],
            OperationName = query["operationName"] is { Count: > 0 } name && name != "" ? (string?)name : null,
            Variables = Parameter(query, "variables"),
            Extensions = Parameter(query, "extensions"),
        }], false);
    }

    private static Inputs? Parameter(IQueryCollection query, string name)
    {
        if (string.IsNullOrEmpty(query[name]))
            return null;
        try
        {
            using var document = JsonDocument.Parse(query[name].ToString());
            return ToInputs(document.RootElement, name);
        }
        catch (JsonException e)
        {
            throw RequestException.Bad($"The parameter '{name}' is not JSON: {e.Message} Give a JSON object.");
        }
    }

    private static GraphQLRequest FromJson(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object)
            throw RequestException.Bad($"The request is a JSON {Kind(request)}; it must be an object with a 'query'.");
        if (Text(request, "query") is not { Length: > 0 } query)
            throw RequestException.Bad("The member 'query' is missing. Give the GraphQL document in it.");
        return new GraphQLRequest
        {
            Query = query,
            OperationName = Text(request, "operationName"),
            Variables = Object(request, "variables"),
            Extensions = Object(request, "extensions"),
        };
    }

    private static string? Text(JsonElement request, string name) => Member(request, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { } other => throw RequestException.Bad($"The member '{name}' is a JSON {Kind(other)}; it must be a string."),
    };

    private static Inputs? Object(JsonElement request, string name) =>
        Member(request, name) is { } member ? ToInputs(member, name) : null;

    private static JsonElement? Member(JsonElement request, string name) =>
        request.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static Inputs ToInputs(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object
        ? new Inputs(Members(element))
        : throw RequestException.Bad($"'{name}' is a JSON {Kind(element)}; it must be an object.");

    private static Dictionary<string, object?> Members(JsonElement element)
    {
        var members = new Dictionary<string, object?>();
        foreach (var member in element.EnumerateObject())
            members[member.Name] = Value(member.Value);
        return members;
    }

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        JsonValueKind.Number => value.TryGetInt32(out var i) ? i : value.TryGetInt64(out var l) ? l : value.GetDouble(),
        JsonValueKind.Array => value.EnumerateArray().Select(Value).ToList(),
        _ => Members(value),
    };

    private static string Kind(JsonElement element) => element.ValueKind.ToString().ToLowerInvariant();
}

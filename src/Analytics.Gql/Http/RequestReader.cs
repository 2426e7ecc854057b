// From an HTTP request to the operations it asks for.
using System.Text.Json;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;

namespace Analytics.Gql.Http;

/// <summary>What a request asks for: one operation, or a batch whose answers come as a list in the same
/// order.</summary>
public sealed record RequestedOperations(IReadOnlyList<OperationRequest> Operations, bool IsBatch);

/// <summary>Reads GET and POST requests after the GraphQL-over-HTTP specification.</summary>
public static class RequestReader
{
    /// <exception cref="RequestRefusedException">With the status that the specification asks for.</exception>
    public static async Task<RequestedOperations> ReadAsync(
        HttpRequest request, LimitOptions limits, CancellationToken ct)
    {
        if (HttpMethods.IsGet(request.Method)) return new([FromQueryString(request.Query)], false);
        if (!HttpMethods.IsPost(request.Method))
            throw new RequestRefusedException(
                StatusCodes.Status405MethodNotAllowed, ErrorCodes.MethodNotAllowed,
                $"{request.Method} is not a method of this endpoint. Use POST, or GET for queries.",
                allow: "GET, POST");
        if (!ContentNegotiation.IsJsonBody(request.ContentType))
            throw new RequestRefusedException(
                StatusCodes.Status415UnsupportedMediaType, ErrorCodes.UnsupportedMediaType,
                $"The Content-Type is '{request.ContentType}'; it must be application/json in UTF-8.");
        using var body = await BoundedBody.ReadJsonAsync(request, limits.MaxRequestBytes, ct).ConfigureAwait(false);
        return body.RootElement.ValueKind == JsonValueKind.Array
            ? new(Batch(body.RootElement, limits.MaxOperationsPerBatch), true)
            : new([RequestJson.Read(body.RootElement)], false);
    }

    private static List<OperationRequest> Batch(JsonElement list, int most)
    {
        var count = list.GetArrayLength();
        if (count == 0) throw RequestRefusedException.BadRequest("The batch is empty. Send at least one operation.");
        if (count > most)
            throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, ErrorCodes.LimitExceeded,
                $"The batch has {count} operations; at most {most}. Send several batches.");
        return [.. list.EnumerateArray().Select((operation, index) =>
            RequestJson.Read(operation, $"Operation {index} of the batch"))];
    }

    private static OperationRequest FromQueryString(IQueryCollection query) =>
        RequestJson.Complete("The query string", new OperationRequest(
            (string?)query["query"] ?? "",
            (string?)query["operationName"] is { Length: > 0 } name ? name : null,
            RequestJson.ReadMembers(query["variables"], "variables"),
            (string?)query["documentId"] is { Length: > 0 } id ? id : null,
            RequestJson.ReadMembers(query["extensions"], "extensions")));
}

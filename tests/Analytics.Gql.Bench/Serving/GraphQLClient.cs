// Posts operations and reads whole answers.
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Analytics.Gql.Bench.Serving;

/// <summary>An answer with errors, or none: its time means nothing.</summary>
internal sealed class AnswerException(string message) : Exception(message);

internal sealed class GraphQLClient(Uri endpoint, int connections) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = connections });

    /// <summary>An operation of schema/operations.</summary>
    public static string Operation(string name)
    {
        using var text = typeof(GraphQLClient).Assembly.GetManifestResourceStream($"operations/{name}")
            ?? throw new ArgumentException(
                $"schema/operations/{name}.graphql does not exist. Name one that does.", nameof(name));
        return new StreamReader(text).ReadToEnd();
    }

    /// <summary>Asks, and reads the whole answer without looking into it beyond its errors.</summary>
    /// <exception cref="AnswerException">It has errors.</exception>
    public async Task<byte[]> PostAsync(string query, object variables, CancellationToken ct)
    {
        using var response = await _http.PostAsync(endpoint, JsonContent.Create(new { query, variables }), ct);
        var answer = await response.Content.ReadAsByteArrayAsync(ct);
        if (!response.IsSuccessStatusCode || answer.AsSpan().IndexOf("\"errors\":"u8) >= 0)
            throw new AnswerException(
                $"{(int)response.StatusCode} {JsonSerializer.Serialize(variables)}: {Encoding.UTF8.GetString(answer)}");
        return answer;
    }

    /// <returns>The member 'data'.</returns>
    public async Task<JsonNode> AskAsync(string query, object variables, CancellationToken ct) =>
        JsonNode.Parse(await PostAsync(query, variables, ct))!["data"]!;

    public void Dispose() => _http.Dispose();
}

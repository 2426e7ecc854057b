// Posts operations and reads whole answers.
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Analytics.Gql.Bench.Serving;

/// <summary>An answer with errors, or none: its time means nothing.</summary>
internal sealed class AnswerException(string message) : Exception(message);

/// <param name="Body">UTF-8 JSON.</param>
/// <param name="OwnTime">How long the server had the request; null from a server that does not tell.</param>
internal sealed record Answer(byte[] Body, TimeSpan? OwnTime);

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
    public async Task<Answer> PostAsync(string query, object variables, CancellationToken ct)
    {
        using var response = await _http.PostAsync(endpoint, JsonContent.Create(new { query, variables }), ct);
        var answer = await response.Content.ReadAsByteArrayAsync(ct);
        if (!response.IsSuccessStatusCode || answer.AsSpan().IndexOf("\"errors\":"u8) >= 0)
            throw new AnswerException(
                $"{(int)response.StatusCode} {JsonSerializer.Serialize(variables)}: {Encoding.UTF8.GetString(answer)}");
        return new Answer(answer, response.Headers.TryGetValues("Server-Timing", out var timing)
            ? TimeSpan.FromMilliseconds(double.Parse(timing.Single().Split('=')[1], CultureInfo.InvariantCulture))
            : null);
    }

    /// <returns>The member 'data'.</returns>
    public async Task<JsonNode> AskAsync(string query, object variables, CancellationToken ct) =>
        JsonNode.Parse((await PostAsync(query, variables, ct)).Body)!["data"]!;

    public void Dispose() => _http.Dispose();
}

// Posts operations and reads whole answers.
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Analytics.Gql.Bench.Serving;

/// <summary>An answer with errors, or none: its time means nothing.</summary>
internal sealed class AnswerException(string message) : Exception(message);

/// <param name="Body">UTF-8 JSON.</param>
internal sealed record Answer(byte[] Body);

/// <param name="Bytes">How long the answer was.</param>
/// <param name="OwnTime">How long the server had the request; null from a server that does not tell.</param>
internal readonly record struct TimedAnswer(int Bytes, TimeSpan? OwnTime);

/// <param name="token">A bearer token; null: of a server that anybody may ask.</param>
internal sealed class GraphQLClient(Uri endpoint, int connections, string? token = null) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = connections })
    {
        DefaultRequestHeaders = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
    };

    /// <summary>The names of all operations of schema/operations.</summary>
    public static IEnumerable<string> Operations => typeof(GraphQLClient).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("operations/", StringComparison.Ordinal))
        .Select(name => name["operations/".Length..]).Order(StringComparer.Ordinal);

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
        return new Answer(answer);
    }

    /// <summary>The same for whoever times it: the answer goes into the caller's buffer, because an array of its own for each
    /// would make the load collect garbage while it measures.</summary>
    /// <exception cref="AnswerException">It has errors.</exception>
    public async Task<TimedAnswer> TimeAsync(string query, object variables, MemoryStream buffer, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = JsonContent.Create(new { query, variables }) };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        buffer.SetLength(0);
        await response.Content.CopyToAsync(buffer, ct);
        var answer = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        if (!response.IsSuccessStatusCode || answer.IndexOf("\"errors\":"u8) >= 0)
            throw new AnswerException($"{(int)response.StatusCode} {JsonSerializer.Serialize(variables)}: {Encoding.UTF8.GetString(answer)}");
        return new TimedAnswer(answer.Length, OwnTime(response));
    }

    private static TimeSpan? OwnTime(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Server-Timing", out var timing)
            ? TimeSpan.FromMilliseconds(double.Parse(timing.Single().Split('=')[1], CultureInfo.InvariantCulture))
            : null;

    /// <returns>The member 'data'.</returns>
    public async Task<JsonNode> AskAsync(string query, object variables, CancellationToken ct) =>
        JsonNode.Parse((await PostAsync(query, variables, ct)).Body)!["data"]!;

    public void Dispose() => _http.Dispose();
}

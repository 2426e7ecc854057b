// A client of server-sent events that reads line by line, as they come.
using System.Text.Json;

namespace Analytics.Gql.Tests.Http.Streaming;

/// <summary>One event; data is what its data line says.</summary>
internal sealed record ServerSentEvent(string? Id, string Name, string Data)
{
    public JsonElement Json => JsonDocument.Parse(Data).RootElement;
}

internal sealed class EventStream : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly StreamReader _lines;

    private EventStream(HttpResponseMessage response, StreamReader lines) => (Response, _lines) = (response, lines);

    public HttpResponseMessage Response { get; }

    /// <summary>Posts an operation; returns when the headers are there: from then on it is subscribed.</summary>
    public static Task<EventStream> OpenAsync(HttpClient http, string query, object? variables = null, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { query, variables }),
        };
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        return OpenAsync(http, request);
    }

    public static async Task<EventStream> OpenAsync(HttpClient http, HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        return new EventStream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next line that is not empty; null at the end.</summary>
    public async Task<string?> LineAsync()
    {
        while (await _lines.ReadLineAsync().WaitAsync(Patience) is { } line)
            if (line.Length > 0) return line;
        return null;
    }

    /// <summary>The next event, comments left out; null at the end.</summary>
    public async Task<ServerSentEvent?> NextAsync()
    {
        string? id = null, name = null, data = null;
        while (await _lines.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Length == 0 && name is not null) return new ServerSentEvent(id, name, data ?? "");
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            if (line.StartsWith("data:", StringComparison.Ordinal)) data = line[5..].TrimStart();
        }
        return null;
    }

    public void Dispose()
    {
        _lines.Dispose();
        Response.Dispose();
    }
}

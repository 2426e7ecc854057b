// Asks, and holds each answer against what it has to be. Of what it got by GET it keeps the tags, as browsers do.
using System.Collections.Concurrent;
using System.Diagnostics;

namespace Analytics.Gql.Bench.Soak;

internal sealed class SoakClient(Uri endpoint, SoakTally tally) : IDisposable
{
    private readonly ConcurrentDictionary<(string? Token, string QueryString), string> _tags = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = 64,
        // So that connections come and go, as they do behind a proxy.
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <returns>The status; 0: there was no answer.</returns>
    public async Task<int> AskAsync(SoakRequest request, CancellationToken ct)
    {
        var address = (request.Token, request.QueryString);
        var tag = request.IsGet ? _tags.GetValueOrDefault(address) : null;
        var asked = Stopwatch.GetTimestamp();
        try
        {
            using var message = request.ToMessage(endpoint, tag);
            using var response = await _http.SendAsync(message, ct);
            var answer = await response.Content.ReadAsByteArrayAsync(ct);
            var status = (int)response.StatusCode;
            tally.Answered(
                status == StatusCodes.Status304NotModified ? $"{request.Kind}, not modified" : request.Kind,
                Stopwatch.GetElapsedTime(asked));
            if (request.FaultOf(status, answer, tag) is { } fault)
                tally.Error(fault);
            if (request.IsGet && response.Headers.ETag is { } newTag)
                _tags[address] = newTag.ToString();
            return status;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            tally.Answered($"{request.Kind}, no answer", Stopwatch.GetElapsedTime(asked));
            tally.Error(
                $"{request.Kind}: {e.Message} {e.InnerException?.Message}; asked: {request.QueryString}{request.Body}");
            return 0;
        }
    }

    public void Dispose() => _http.Dispose();
}

// Takes what a server exports by OTLP over HTTP, and keeps it as it came.
using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Telemetry;

/// <summary>Protobuf holds text as UTF-8, so that a name or a value that was sent is found in the bytes.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Signal, string Text)> _received = new();

    private Collector(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var collector = new Collector(builder.Build());
        collector._app.MapPost("/v1/{signal}", collector.TakeAsync);
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>Everything of <c>traces</c>, <c>metrics</c> or <c>logs</c> so far.</summary>
    public string Of(string signal) => string.Join('\n', _received.Where(r => r.Signal == signal).Select(r => r.Text));

    private async Task<IResult> TakeAsync(string signal, HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        _received.Enqueue((signal, Encoding.UTF8.GetString(body.ToArray())));
        return Results.Bytes([], "application/x-protobuf");
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

// What stands before the nodes: each request goes to the next one that is ready, by /health/ready ten times a second.
//
// A request that could not be sent goes to the next node; one that was sent and lost is lost, as with nginx and POST.
using System.Net;
using System.Net.Sockets;

namespace Analytics.Gql.Bench.Nights;

internal sealed class FrontProxy(IReadOnlyList<Uri> nodes) : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Impatience = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 512 }) { Timeout = TimeSpan.FromSeconds(60) };
    private readonly HttpClient _looks = new() { Timeout = Impatience };
    private readonly bool[] _ready = new bool[nodes.Count];
    private readonly CancellationTokenSource _ended = new();
    private Task[] _looking = [];
    private WebApplication? _app;
    private int _next;

    public Uri Address { get; private set; } = null!;

    public bool AllReady => Array.TrueForAll(_ready, ready => ready);

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(ForwardAsync);
        await _app.StartAsync();
        Address = new Uri(_app.Urls.First());
        _looking = [.. Enumerable.Range(0, nodes.Count).Select(LookAsync)];
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_looking);
        if (_app is not null) await _app.DisposeAsync();
        _http.Dispose();
        _looks.Dispose();
        _ended.Dispose();
    }

    private async Task LookAsync(int node)
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                using var health = await _looks.GetAsync(new Uri(nodes[node], "health/ready"), _ended.Token);
                _ready[node] = health.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                _ready[node] = false;
            }
            catch (TaskCanceledException)
            {
                // It is busy, and nothing says that it is not ready; one that is gone refuses.
            }
            await Task.WhenAny(Task.Delay(LookEvery, _ended.Token));
        }
    }

    private async Task ForwardAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        for (var attempt = 0; attempt < nodes.Count; attempt++)
        {
            if (Next() is not { } node) break;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node, http.Request.Path.Value!.TrimStart('/')))
                {
                    Content = new ByteArrayContent(body.ToArray()),
                };
                request.Content.Headers.ContentType = new("application/json");
                using var answer = await _http.SendAsync(request, http.RequestAborted);
                http.Response.StatusCode = (int)answer.StatusCode;
                await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
                return;
            }
            catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
            {
                // Nothing was sent: the next one.
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                http.Response.StatusCode = (int)HttpStatusCode.BadGateway;
                return;
            }
        }
        http.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
    }

    private Uri? Next()
    {
        for (var tried = 0; tried < nodes.Count; tried++)
        {
            var node = (int)((uint)Interlocked.Increment(ref _next) % nodes.Count);
            if (_ready[node]) return nodes[node];
        }
        return null;
    }
}

// The way in for WebSockets: who may open one, and with which subprotocol.
using Analytics.Gql.Access;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http.Sockets;

// origin ⇒ a place ⇒ accepted ⇒ subprotocol ⇒ session

/// <summary>What every session works with.</summary>
public sealed record SocketServices(
    OperationRunner Runner, RequestGate Gate, IServiceScopeFactory Scopes, ConnectionAccess Access, IOptions<LimitOptions> Limits,
    IOptions<SubscriptionOptions> Options, TimeProvider Time, GracefulStop Stop,
    ILogger<SocketEndpoint> Log);

/// <summary>Answers upgrades of <c>/graphql</c> to <c>graphql-transport-ws</c>.</summary>
public sealed class SocketEndpoint(IServiceProvider services, ConnectionCounts counts, IOptions<HttpOptions> http)
{
    public const string Subprotocol = "graphql-transport-ws";

    private readonly SocketServices _services = ActivatorUtilities.CreateInstance<SocketServices>(services);

    public async Task HandleAsync(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (!MayCome(origin, context.Request.Host))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, new ClientError(
                ErrorCodes.Forbidden,
                $"The origin '{origin}' may not open a WebSocket here. Add it to {HttpOptions.Section}:AllowedOrigins."));
            return;
        }
        using var place = counts.TryTake(RequestGate.ClientOf(context), out var refusal);
        if (place is null)
        {
            await RefuseAsync(
                context, StatusCodes.Status429TooManyRequests, new ClientError(ErrorCodes.LimitExceeded, refusal));
            return;
        }
        var spoken = context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext
            {
                SubProtocol = spoken ? Subprotocol : null,
                KeepAliveInterval = Timeout.InfiniteTimeSpan, // the protocol has pings of its own
            });
        RequestGate.BecomesStream(context);
        await new SocketSession(socket, context, place, _services).RunAsync(spoken);
    }

    // A browser tells whose page asks, and does not ask us first as it would for a request across origins. Host and port
    // decide: behind a proxy that ends TLS, the scheme that we see is not the page's.
    private bool MayCome(string origin, HostString host)
    {
        if (origin.Length == 0) return true; // no browser
        if (http.Value.AllowedOrigins.Any(allowed =>
            string.Equals(allowed.TrimEnd('/'), origin, StringComparison.OrdinalIgnoreCase))) return true;
        return Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Host.Length > 0
            && string.Equals(page.Host, host.Host, StringComparison.OrdinalIgnoreCase)
            && (host.Port is { } port ? page.Port == port : page.IsDefaultPort);
    }

    private Task RefuseAsync(HttpContext context, int status, ClientError error) => ResponseWriter.WriteAsync(
        context, ContentNegotiation.Json, status, _services.Runner.Refuse(error));
}

// Who may ask now, and for how long: requests of a client in a minute, requests at once, seconds of one request.
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

// too many of this client this minute? 429 ⇒ the clock starts ⇒ a place among those at once, or in the queue, else 503
// ⇒ the endpoint, whose RequestAborted is also cancelled when the time is up ⇒ time up and nothing sent? 504

/// <summary>Stands before the API's endpoint; health checks do not pass it.</summary>
/// <remarks>Own code on ASP.NET's limiters rather than its middleware, which asks a chain of limiters twice when the
/// first try fails and would count a request that waits as two.</remarks>
public sealed class RequestGate(
    OperationRunner runner, IOptions<LimitOptions> options, TimeProvider? clock = null) : IDisposable
{
    private readonly LimitOptions _limits = options.Value;
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly PartitionedRateLimiter<HttpContext>? _perClient =
        options.Value.RequestsPerMinutePerClient is > 0 and var most
            ? PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetFixedWindowLimiter(
                ClientOf(http),
                _ => new() { PermitLimit = most, Window = TimeSpan.FromMinutes(1), AutoReplenishment = true }))
            : null;

    private readonly ConcurrencyLimiter _atOnce = new(new()
    {
        PermitLimit = options.Value.MaxConcurrentRequests,
        QueueLimit = options.Value.MaxQueuedRequests,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>A stream is no request that someone waits for: neither the time-out nor its place among the requests
    /// at once holds for it any longer.</summary>
    public static void BecomesStream(HttpContext http) => http.Features.Get<Stay>()?.End();

    public async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        using var counted = _perClient?.AttemptAcquire(http);
        if (counted is { IsAcquired: false })
        {
            await RefuseOftenAsync(http, counted).ConfigureAwait(false);
            return;
        }
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(_limits.RequestTimeoutS), _clock);
        var gone = http.RequestAborted;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, patience.Token);
        http.RequestAborted = either.Token;
        try
        {
            using var place = await _atOnce.AcquireAsync(1, either.Token).ConfigureAwait(false);
            http.Features.Set(new Stay(place, patience));
            await (place.IsAcquired ? next(http) : RefuseCrowdAsync(http)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The client went away, or the time is up.
        }
        finally
        {
            http.RequestAborted = gone;
        }
        // A content type is what an answer begins with; one that began is whole and on its way.
        if (patience.IsCancellationRequested && !gone.IsCancellationRequested && http.Response.ContentType is null)
            await WriteAsync(
                http, StatusCodes.Status504GatewayTimeout, ErrorCodes.Timeout,
                $"The request took longer than {_limits.RequestTimeoutS} s. Ask for less, or in several requests.")
                .ConfigureAwait(false);
    }

    public void Dispose()
    {
        _perClient?.Dispose();
        _atOnce.Dispose();
    }

    /// <summary>Who is counted: the user, else the address.</summary>
    /// <remarks>One household has a whole /64 of IPv6: counted by address it would be as many clients as it
    /// likes.</remarks>
    public static string ClientOf(HttpContext http) => ClientOf(http, http.User);

    /// <summary>The same where the user came in after the request: a socket's token follows it.</summary>
    public static string ClientOf(HttpContext http, ClaimsPrincipal user)
    {
        if ((user.FindFirst("sub") ?? user.FindFirst(ClaimTypes.NameIdentifier)) is { } subject)
            return "user " + subject.Value;
        if (http.Connection.RemoteIpAddress is not { } address) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? "net " + new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]])
            : "address " + address;
    }

    private Task RefuseOftenAsync(HttpContext http, RateLimitLease lease)
    {
        var seconds = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)
            ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 60;
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(
            http, StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited,
            $"This client sent more than {_limits.RequestsPerMinutePerClient} requests in a minute. "
            + $"Try again in {seconds} s, and ask several operations in one request.");
    }

    private Task RefuseCrowdAsync(HttpContext http)
    {
        http.Response.Headers.RetryAfter = "1";
        return WriteAsync(
            http, StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable,
            $"The server works on {_limits.MaxConcurrentRequests} requests and {_limits.MaxQueuedRequests} wait; "
            + "there is no room for more. Try again in a second.");
    }

    private Task WriteAsync(HttpContext http, int status, string code, string message) => ResponseWriter.WriteAsync(
        http, ContentNegotiation.Choose(http.Request.Headers.Accept) ?? ContentNegotiation.Json, status,
        runner.Refuse(new ClientError(code, message)));

    private sealed class Stay(RateLimitLease place, CancellationTokenSource patience)
    {
        public void End()
        {
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            place.Dispose();
        }
    }
}

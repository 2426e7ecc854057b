// Who may ask now, and for how long: operations of a client in a minute, operations at once, seconds of one.
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

// too many of this client this minute? 429 ⇒ the clock starts ⇒ a place among those at once, or in the queue, else 503
// ⇒ the operation, cancelled when the time is up ⇒ time up and nothing sent? 504

/// <summary>Requests pass it before the API's endpoint, and the operations of a socket one by one; health checks do
/// not.</summary>
/// <remarks>Own code on ASP.NET's limiters rather than its middleware, which asks a chain of limiters twice when the
/// first try fails and would count a request that waits as two.</remarks>
public sealed class RequestGate(IOptions<LimitOptions> options, TimeProvider? clock = null) : IDisposable
{
    private readonly LimitOptions _limits = options.Value;
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly PartitionedRateLimiter<string>? _perClient =
        options.Value.RequestsPerMinutePerClient is > 0 and var most
            ? PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.GetFixedWindowLimiter(
                client,
                _ => new() { PermitLimit = most, Window = TimeSpan.FromMinutes(1), AutoReplenishment = true }))
            : null;

    private readonly ConcurrencyLimiter _atOnce = new(new()
    {
        PermitLimit = options.Value.MaxConcurrentRequests,
        QueueLimit = options.Value.MaxQueuedRequests,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Counts one for the client and starts its clock; its place is still to be taken.</summary>
    /// <param name="client">As <see cref="ClientOf(HttpContext)"/> names it.</param>
    /// <param name="gone">Cancelled when the client goes away.</param>
    /// <exception cref="RequestRefusedException">429 RATE_LIMITED.</exception>
    public Turn Begin(string client, CancellationToken gone)
    {
        using var counted = _perClient?.AttemptAcquire(client);
        return counted is { IsAcquired: false }
            ? throw TooOften(counted)
            : new Turn(_atOnce, _limits, _clock, gone);
    }

    /// <summary>A request that comes over HTTP.</summary>
    public async Task RunAsync(HttpContext http, OperationRunner runner, RequestDelegate next)
    {
        var gone = http.RequestAborted;
        try
        {
            using var turn = Begin(ClientOf(http), gone);
            http.RequestAborted = turn.Token;
            http.Features.Set(turn);
            try
            {
                await turn.TakePlaceAsync().ConfigureAwait(false);
                await next(http).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (turn.Token.IsCancellationRequested)
            {
                // The client went away, or the time is up.
            }
            finally
            {
                http.RequestAborted = gone;
            }
            // A content type is what an answer begins with; one that began is whole and on its way.
            if (turn.IsOverdue && http.Response.ContentType is null)
                throw turn.Overdue;
        }
        catch (RequestRefusedException refused)
        {
            await ResponseWriter.WriteAsync(
                http, ContentNegotiation.Choose(http.Request.Headers.Accept) ?? ContentNegotiation.Json, refused, runner)
                .ConfigureAwait(false);
        }
    }

    /// <summary>A stream is no request that someone waits for: neither the time-out nor its place among the requests
    /// at once holds for it any longer.</summary>
    public static void BecomesStream(HttpContext http) => http.Features.Get<Turn>()?.BecomesStream();

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

    private RequestRefusedException TooOften(RateLimitLease lease)
    {
        var seconds = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)
            ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 60;
        return new RequestRefusedException(
            StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited,
            $"This client sent more than {_limits.RequestsPerMinutePerClient} requests in a minute. "
            + $"Try again in {seconds} s, and ask several operations in one request.",
            retryAfterS: seconds);
    }
}

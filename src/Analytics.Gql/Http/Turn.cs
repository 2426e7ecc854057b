// One request's or socket operation's stay behind the gate: its place among those at once, and its time.
using System.Threading.RateLimiting;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;

namespace Analytics.Gql.Http;

/// <summary>From <see cref="RequestGate.Begin"/> until disposed of.</summary>
public sealed class Turn : IDisposable
{
    private readonly ConcurrencyLimiter _atOnce;
    private readonly LimitOptions _limits;
    private readonly CancellationToken _gone;
    private readonly CancellationTokenSource _patience, _either;
    private RateLimitLease? _place;

    internal Turn(ConcurrencyLimiter atOnce, LimitOptions limits, TimeProvider clock, CancellationToken gone)
    {
        (_atOnce, _limits, _gone) = (atOnce, limits, gone);
        _patience = new CancellationTokenSource(TimeSpan.FromSeconds(limits.RequestTimeoutS), clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(gone, _patience.Token);
    }

    /// <summary>Cancelled when the client goes away or the time is up.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>The time is up, and the client still waits.</summary>
    public bool IsOverdue => _patience.IsCancellationRequested && !_gone.IsCancellationRequested;

    /// <summary>504 TIMEOUT: what to answer then.</summary>
    public RequestRefusedException Overdue => new(
        StatusCodes.Status504GatewayTimeout, ErrorCodes.Timeout,
        $"The request took longer than {_limits.RequestTimeoutS} s. Ask for less, or in several requests.");

    /// <summary>At once, or when one is free.</summary>
    /// <exception cref="RequestRefusedException">503 UNAVAILABLE: too many wait already.</exception>
    /// <exception cref="OperationCanceledException">The client went away or the time is up.</exception>
    public async ValueTask TakePlaceAsync()
    {
        _place = await _atOnce.AcquireAsync(1, Token).ConfigureAwait(false);
        if (!_place.IsAcquired)
            throw new RequestRefusedException(
                StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable,
                $"The server works on {_limits.MaxConcurrentRequests} requests and {_limits.MaxQueuedRequests} wait; "
                + "there is no room for more. Try again in a second.",
                retryAfterS: 1);
    }

    /// <summary>Gives the place back and stops the clock.</summary>
    public void BecomesStream()
    {
        _patience.CancelAfter(Timeout.InfiniteTimeSpan);
        _place?.Dispose();
    }

    public void Dispose()
    {
        _place?.Dispose();
        _either.Dispose();
        _patience.Dispose();
    }
}

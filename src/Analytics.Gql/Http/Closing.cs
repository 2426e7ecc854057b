// When a connection has to end that its client would keep: the server stops, or the token runs out.
namespace Analytics.Gql.Http;

/// <summary>Its task ends then, at most once. Disposing forgets both.</summary>
internal sealed class Closing : IDisposable
{
    // A timer takes no more than 49 days; a client that is closed early comes back.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);
    private readonly TaskCompletionSource<bool> _reason = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _stopping;
    private readonly ITimer? _expiry;

    public Closing(GracefulStop stop, DateTimeOffset? expiresAt, TimeProvider time)
    {
        _stopping = stop.Over.Register(() => _reason.TrySetResult(false));
        if (expiresAt is not { } end) return;
        var left = end - time.GetUtcNow();
        _expiry = time.CreateTimer(
            _ => _reason.TrySetResult(true), null,
            left < TimeSpan.Zero ? TimeSpan.Zero : left < Longest ? left : Longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>True: the token has run out; false: the server stops.</summary>
    public Task<bool> Task => _reason.Task;

    public void Dispose()
    {
        _stopping.Dispose();
        _expiry?.Dispose();
    }
}

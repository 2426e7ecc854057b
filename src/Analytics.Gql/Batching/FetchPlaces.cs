// Places for the fetches of large operations: the rest of the connections stays free for small ones.
//
// small? at once ⇒ else a free place? at once ⇒ else wait; a place that becomes free goes to who came first, where each
// 100 of cost count as a millisecond later
namespace Analytics.Gql.Batching;

/// <summary>How many fetches of large operations run at once on this node, and which of those that wait is next.</summary>
/// <remarks>Own code and not <see cref="System.Threading.RateLimiting.ConcurrencyLimiter"/>, whose queue knows first or
/// last come alone: an athlete's page would wait behind each team's board.</remarks>
/// <param name="most">Fetches at once; at least 1.</param>
/// <param name="largeFrom">The cost from which an operation is large.</param>
public sealed class FetchPlaces(int most, long largeFrom, TimeProvider? clock = null)
{
    private const double MsPerCost = 0.01;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource, double> _waiting = new();
    private int _free = most;

    /// <summary>Half of the connections that reads have; of a few all but one, since fewer than three fetches leave a core idle
    /// while a result is read.</summary>
    public static int ShareOf(int connections) => Math.Max(Math.Max(connections / 2, Math.Min(3, connections - 1)), 1);

    /// <summary>Fetches at once.</summary>
    public int Most { get; } = most;

    /// <summary>Fetches that wait for a place now.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waiting.UnorderedItems.Count(waiting => !waiting.Element.Task.IsCompleted);
        }
    }

    /// <summary>On which terms an operation of this cost fetches.</summary>
    /// <param name="ct">Cancelled when the operation is.</param>
    public FetchTerms TermsOf(long cost, CancellationToken ct) => new(cost < largeFrom ? null : this, cost, ct);

    /// <exception cref="OperationCanceledException">Before there was a place.</exception>
    internal ValueTask<FetchPlace> EnterAsync(long cost, CancellationToken ct)
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return ValueTask.FromResult(new FetchPlace(this));
            }
            // Whoever gives a place back goes on with its own answer first.
            waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiter, NowMs + (cost * MsPerCost));
        }
        return WaitAsync(waiter, ct);
    }

    internal void GiveBack()
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var next, out _))
            {
                // One that has gone away meanwhile takes no place.
                if (next.TrySetResult()) return;
            }
            _free++;
        }
    }

    private double NowMs => _clock.GetElapsedTime(0, _clock.GetTimestamp()).TotalMilliseconds;

    private async ValueTask<FetchPlace> WaitAsync(TaskCompletionSource waiter, CancellationToken ct)
    {
        await using var leaving = ct.Register(() => waiter.TrySetCanceled(ct)).ConfigureAwait(false);
        await waiter.Task.ConfigureAwait(false);
        return new FetchPlace(this);
    }
}

/// <summary>On which terms the fetches of an operation run.</summary>
/// <param name="Places">Where they wait for their turn; null: they do not.</param>
/// <param name="Cost">Of the operation.</param>
/// <param name="Ct">Cancelled when the operation is.</param>
public readonly record struct FetchTerms(FetchPlaces? Places, long Cost, CancellationToken Ct)
{
    public static FetchTerms AtOnce(CancellationToken ct) => new(null, 0, ct);

    /// <summary>To be disposed of when the fetch has ended.</summary>
    internal ValueTask<FetchPlace> EnterAsync() => Places?.EnterAsync(Cost, Ct) ?? default;
}

/// <summary>A place among the fetches at once, or none where there was nothing to wait for.</summary>
internal readonly struct FetchPlace(FetchPlaces? places) : IDisposable
{
    public void Dispose() => places?.GiveBack();
}

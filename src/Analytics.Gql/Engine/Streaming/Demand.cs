// Back-pressure through the library's observables, which have none: a source gives an event when one is asked for.
using System.Threading.Channels;

namespace Analytics.Gql.Engine.Streaming;

/// <summary>An event that a client can name to go on after it.</summary>
public interface IStreamEvent
{
    /// <summary>Later events have others; the source knows their order.</summary>
    string EventId { get; }
}

/// <summary>Asked for by the reader of results, waited for by the source of events.</summary>
internal sealed class Demand
{
    private readonly Channel<bool> _asked = Channel.CreateUnbounded<bool>();

    public void Ask() => _asked.Writer.TryWrite(true);

    public async Task WaitAsync(CancellationToken ct) => await _asked.Reader.ReadAsync(ct).ConfigureAwait(false);
}

/// <summary>An asynchronous sequence as the library wants it: one subscriber, one event for each demand.</summary>
internal sealed class PulledStream<T>(IAsyncEnumerable<T> source, Demand demand) : IObservable<T>
{
    public IDisposable Subscribe(IObserver<T> observer)
    {
        var pump = new Pump();
        _ = RunAsync(observer, pump.Token);
        return pump;
    }

    // The source's first step is taken before this returns: it has subscribed when Subscribe has.
    private async Task RunAsync(IObserver<T> observer, CancellationToken ct)
    {
        try
        {
            await foreach (var item in source.WithCancellation(ct).ConfigureAwait(false))
            {
                await demand.WaitAsync(ct).ConfigureAwait(false);
                observer.OnNext(item);
            }
            observer.OnCompleted();
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
        catch (Exception fault)
        {
            observer.OnError(fault); // the strategy maps or masks it
        }
    }

    private sealed class Pump : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public CancellationToken Token => _stop.Token;

        // Not disposed of: the pump may still look at the token, and there is no timer in it to free.
        public void Dispose() => _stop.Cancel();
    }
}

// From the library's observable to a sequence of results that is read one by one.
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GraphQL;

namespace Analytics.Gql.Engine.Streaming;

/// <summary>Subscribed when it is made; the reading's end unsubscribes.</summary>
internal sealed class ResponseStream : IObserver<ExecutionResult>
{
    // Unbounded and never more than one: the source waits for the demand.
    private readonly Channel<ExecutionResult> _results = Channel.CreateUnbounded<ExecutionResult>();
    private readonly OperationContext _context;
    private readonly IDisposable _subscription;

    public ResponseStream(IObservable<ExecutionResult> results, OperationContext context)
    {
        _context = context;
        _subscription = results.Subscribe(this);
    }

    public async IAsyncEnumerable<ExecutionResult> ReadAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        try
        {
            while (true)
            {
                _context.Demand.Ask();
                if (!await _results.Reader.WaitToReadAsync(ct).ConfigureAwait(false)) yield break;
                while (_results.Reader.TryRead(out var result)) yield return result;
            }
        }
        finally
        {
            _subscription.Dispose();
        }
    }

    public void OnNext(ExecutionResult value) => _results.Writer.TryWrite(value);

    public void OnError(Exception error)
    {
        _results.Writer.TryWrite(new ExecutionResult(error as ExecutionError ?? FaultMasking.Masked(_context.TraceId)));
        _results.Writer.TryComplete();
    }

    public void OnCompleted() => _results.Writer.TryComplete();
}

// The operations of one socket, each under the id that its client chose for it.
using System.Collections.Concurrent;
using Analytics.Gql.Access;
using Analytics.Gql.Engine;

namespace Analytics.Gql.Http.Sockets;

// subscribe ⇒ a task and a scope of its own, its turn at the gate ⇒ next* ⇒ complete, or error; stopped by the client's complete

/// <param name="track">Told of each task: the session does not end before they have.</param>
/// <param name="ended">Cancelled when the socket is done.</param>
internal sealed partial class SocketOperations(
    HttpContext http, SocketWire wire, SocketServices services, Action<Task> track, CancellationToken ended)
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _operations = new(StringComparer.Ordinal);

    /// <exception cref="SocketClosedException">The client broke the protocol.</exception>
    public void Subscribe(SocketMessage message, ConnectionGrant grant)
    {
        var (id, request) = (message.Id, message.Request);
        var context = new OperationContext(GraphQLEndpoint.TraceId(http))
        {
            CanStream = true,
            LastEventId = message.LastEventId,
        };
        if (_operations.ContainsKey(id))
            throw new SocketClosedException(CloseCode.SubscriberExists, $"Subscriber for {id} already exists");
        var most = services.Options.Value.MaxOperationsPerSocket;
        if (_operations.Count >= most)
        {
            track(RefuseAsync(id, new ClientError(
                ErrorCodes.LimitExceeded,
                $"This socket runs {_operations.Count} operations; at most {most}. Complete some first.")));
            return;
        }
        var operation = CancellationTokenSource.CreateLinkedTokenSource(ended);
        _operations[id] = operation;
        track(RunAsync(id, request, context, grant, operation));
    }

    private async Task RunAsync(
        string id, OperationRequest request, OperationContext context, ConnectionGrant grant, CancellationTokenSource operation)
    {
        await Task.Yield(); // the socket is read on while it runs
        var gone = operation.Token;
        try
        {
            using var turn = services.Gate.Begin(RequestGate.ClientOf(http, grant.User), gone);
            await using var scope = services.Scopes.CreateAsyncScope();
            IAsyncEnumerable<OperationResult> results;
            try
            {
                await turn.TakePlaceAsync();
                results = await services.Runner.StartAsync(
                    request, context, scope.ServiceProvider, grant.User, turn.Token);
            }
            catch (OperationCanceledException) when (turn.IsOverdue)
            {
                throw turn.Overdue;
            }
            turn.BecomesStream(); // a query or mutation is done: what is left is to send its result
            if (turn.IsOverdue) throw turn.Overdue;
            var ct = turn.Token;
            var refused = false;
            await foreach (var result in results.WithCancellation(ct))
            {
                refused = !result.Executed;
                if (refused) Forget(id, operation); // its id is free again before the client knows
                await wire.SendAsync(
                    refused ? SocketMessage.Write("error", id, result.WriteErrorsTo) : SocketMessage.Write("next", id, result.WriteTo), ct);
            }
            if (!refused && Forget(id, operation)) await wire.SendAsync(SocketMessage.Write("complete", id), ct);
        }
        catch (RequestRefusedException refused)
        {
            Forget(id, operation);
            await RefuseAsync(id, refused.Error);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // Completed by the client, or the socket has ended.
        }
        catch (Exception fault)
        {
            LogFault(services.Log, fault);
            await wire.CloseAsync(CloseCode.InternalError, "Internal server error");
        }
        finally
        {
            Forget(id, operation);
            operation.Dispose();
        }
    }

    private Task RefuseAsync(string id, ClientError error) => wire.SendAsync(
        SocketMessage.Write("error", id, services.Runner.Refuse(error).WriteErrorsTo), ended);

    /// <summary>Stops an operation that its client is done with; one that has ended is none.</summary>
    public async Task CompleteAsync(string id)
    {
        if (!_operations.TryRemove(id, out var operation)) return;
        try
        {
            await operation.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself this moment.
        }
    }

    // Only its own: the client may have completed it and taken the id for another.
    private bool Forget(string id, CancellationTokenSource operation) => _operations.TryRemove(KeyValuePair.Create(id, operation));

    [LoggerMessage(LogLevel.Error, "An operation of a socket failed outside its fields; the socket is closed.")]
    internal static partial void LogFault(ILogger log, Exception fault);
}

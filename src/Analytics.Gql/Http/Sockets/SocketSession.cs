// One socket from connection_init to its close.
using System.Collections.Concurrent;
using System.Net.WebSockets;
using Analytics.Gql.Access;
using Analytics.Gql.Engine;

namespace Analytics.Gql.Http.Sockets;

// accepted ⇒ connection_init in time (4408) ⇒ access (4403; 1013 while tokens cannot be checked), the user's place (1013)
//          ⇒ connection_ack
//          ⇒ subscribe: an operation (SocketOperations)
//          ⇒ closed by the client, by a breach of the protocol (44xx), by the token's end (4403), by shutdown (1001)

internal sealed class SocketSession : IDisposable
{
    private readonly HttpContext _http;
    private readonly ConnectionPlace _place;
    private readonly SocketServices _services;
    private readonly SubscriptionOptions _options;
    private readonly SocketWire _wire;
    private readonly CancellationTokenSource _ended = new();
    private readonly SocketOperations _operations;
    private readonly ConcurrentDictionary<Task, byte> _tasks = [];
    private bool _asked;
    private volatile ConnectionGrant? _grant;

    public SocketSession(WebSocket socket, HttpContext http, ConnectionPlace place, SocketServices services)
    {
        (_http, _place, _services, _options) = (http, place, services, services.Options.Value);
        _wire = new SocketWire(socket, services.Limits.Value.MaxRequestBytes, _options.SendTimeout, services.Time);
        _operations = new SocketOperations(http, _wire, services, Track, _ended.Token);
    }

    /// <param name="spoken">The client speaks our subprotocol.</param>
    public async Task RunAsync(bool spoken)
    {
        // Registered before anything else: one that comes while the server stops is closed too.
        Track(CloseWhenDueAsync(null));
        if (spoken) Track(WatchInitAsync());
        else await _wire.CloseAsync(CloseCode.SubprotocolNotAcceptable, "Subprotocol not acceptable");
        try
        {
            await ReceiveAllAsync();
        }
        finally
        {
            await _ended.CancelAsync();
            while (!_tasks.IsEmpty) await Task.WhenAny(Task.WhenAll(_tasks.Keys));
            Dispose();
        }
    }

    public void Dispose()
    {
        _wire.Dispose();
        _ended.Dispose();
    }

    private async Task ReceiveAllAsync()
    {
        while (true)
        {
            try
            {
                if (await _wire.ReceiveAsync() is not { } bytes) return;
                await HandleAsync(SocketMessage.Parse(bytes));
            }
            catch (SocketClosedException reason)
            {
                await _wire.CloseAsync(reason.Code, reason.Message);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                SocketOperations.LogFault(_services.Log, fault);
                await _wire.CloseAsync(CloseCode.InternalError, "Internal server error");
            }
        }
    }

    private async Task HandleAsync(SocketMessage message)
    {
        switch (message.Type)
        {
            case "connection_init":
                if (_asked) throw new SocketClosedException(CloseCode.TooManyInits, "Too many initialisation requests");
                _asked = true;
                await InitAsync(message);
                break;
            case "ping":
                await _wire.SendAsync(SocketMessage.Write("pong"), _ended.Token);
                break;
            case "pong":
                break;
            case "subscribe":
                if (_grant is not { } grant) throw new SocketClosedException(CloseCode.Unauthorized, "Unauthorized");
                _operations.Subscribe(message, grant);
                break;
            case "complete":
                await _operations.CompleteAsync(message.Id);
                break;
            default:
                throw SocketMessage.Invalid($"there is no type '{(message.Type.Length > 40 ? message.Type[..40] : message.Type)}'");
        }
    }

    private async Task InitAsync(SocketMessage message)
    {
        ConnectionGrant grant;
        try
        {
            grant = await _services.Access.AcceptAsync(
                _http, message.BearerToken ?? ConnectionAccess.Token(_http.Request.Headers.Authorization));
        }
        catch (ClientError refused)
        {
            // Clients come back after 1013, and not after 4403.
            throw new SocketClosedException(
                refused.Code == ErrorCodes.Unavailable ? CloseCode.TryAgainLater : CloseCode.Forbidden, refused.Message);
        }
        if (!_place.TryMoveTo(RequestGate.ClientOf(_http, grant.User), out var refusal))
            throw new SocketClosedException(CloseCode.TryAgainLater, refusal);
        _grant = grant;
        if (grant.ExpiresAt is not null) Track(CloseWhenDueAsync(grant.ExpiresAt));
        await _wire.SendAsync(SocketMessage.Write("connection_ack"), _ended.Token);
        Track(PingAsync());
    }

    private async Task WatchInitAsync()
    {
        await Task.Delay(_options.InitTimeout, _services.Time, _ended.Token);
        if (_grant is null) await _wire.CloseAsync(CloseCode.InitTimeout, "Connection initialisation timeout");
    }

    private async Task PingAsync()
    {
        using var timer = new PeriodicTimer(_options.Heartbeat, _services.Time);
        while (await timer.WaitForNextTickAsync(_ended.Token))
            await _wire.SendAsync(SocketMessage.Write("ping"), _ended.Token);
    }

    private async Task CloseWhenDueAsync(DateTimeOffset? expiresAt)
    {
        using var closing = new Closing(_services.Stop, expiresAt, _services.Time);
        if (await closing.Task.WaitAsync(_ended.Token)) await _wire.CloseAsync(CloseCode.Forbidden, "Token expired");
        else await _wire.CloseAsync(CloseCode.GoingAway, "The server is stopping");
    }

    // The session does not end before they have: they use what it disposes of.
    private void Track(Task task)
    {
        _tasks.TryAdd(task, 0);
        _ = task.ContinueWith(
            done =>
            {
                _ = done.Exception; // cancelled by the end; what else can fail is logged where it does
                _tasks.TryRemove(done, out _);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}

// GraphQL over server-sent events, distinct connections mode: one operation a request, its results as events.
using System.Buffers;
using System.Text;
using Analytics.Gql.Access;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

// request, access, a place ⇒ refused with a status; else 200 ⇒ operation (also its errors) ⇒ next* ⇒ complete,
// or when the server stops: how long to wait before coming back
//
// A comment goes out when nothing else did for a while: proxies cut silent connections, and a client that is gone shows
// only when something is written to it.

/// <summary>Answers requests to <c>/graphql</c> that ask for <c>text/event-stream</c>.</summary>
public sealed class EventStreamEndpoint(
    OperationRunner runner, TokenCheck tokens, ConnectionCounts counts, IOptions<LimitOptions> limits,
    IOptions<SubscriptionOptions> options, TimeProvider time, GracefulStop stop)
{
    // What a client waits before it comes back to a server that is stopping.
    private static ReadOnlySpan<byte> Retry => "retry: 2000\n\n"u8;

    private static ReadOnlySpan<byte> Complete => "event: complete\ndata:\n\n"u8;

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            if (await tokens.RefusalAsync(http) is { } stranger) throw RequestRefusedException.Of(stranger);
            var request = await ReadAsync(http);
            var grant = await ConnectionAccess.OfRequestAsync(http);
            using var place = counts.TryTake(RequestGate.ClientOf(http, grant.User), out var refusal)
                ?? throw new RequestRefusedException(
                    StatusCodes.Status429TooManyRequests, ErrorCodes.LimitExceeded, refusal);
            await RunAsync(http, request, grant);
        }
        catch (RequestRefusedException refused)
        {
            await ResponseWriter.WriteAsync(http, ContentNegotiation.Json, refused, runner);
        }
        catch (Exception gone) when (http.RequestAborted.IsCancellationRequested
            && gone is OperationCanceledException or IOException)
        {
            // The client went away: its subscription is ended, and no one is left to answer.
        }
    }

    private async Task<OperationRequest> ReadAsync(HttpContext http)
    {
        var requested = await RequestReader.ReadAsync(http.Request, limits.Value, http.RequestAborted);
        return requested.IsBatch
            ? throw RequestRefusedException.BadRequest(
                "A batch cannot be answered as an event stream. Send each operation in a request of its own.")
            : requested.Operations[0];
    }

    private async Task RunAsync(HttpContext http, OperationRequest request, ConnectionGrant grant)
    {
        using var running = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var context = new OperationContext(
            GraphQLEndpoint.TraceId(http), HttpMethods.IsGet(http.Request.Method))
        {
            CanStream = true,
            LastEventId = http.Request.Headers["Last-Event-ID"],
        };
        var results = await runner.StartAsync(request, context, http.RequestServices, grant.User, running.Token);
        await using var each = results.GetAsyncEnumerator(running.Token);
        var next = each.MoveNextAsync().AsTask();
        try
        {
            await BeginAsync(http);
            using var closing = new Closing(stop, grant.ExpiresAt, time);
            while (await IsNextAsync(http, next, closing))
            {
                WriteNext(http.Response.BodyWriter, each.Current);
                await FlushAsync(http);
                next = each.MoveNextAsync().AsTask();
            }
            // Whoever is told 'complete' does not come back; whose stream just ends does, to another node.
            http.Response.BodyWriter.Write(stop.Over.IsCancellationRequested ? Retry : Complete);
            await FlushAsync(http);
        }
        finally
        {
            // An enumerator must not be disposed of while it moves.
            await running.CancelAsync();
            await Task.WhenAny(next);
        }
    }

    /// <returns>Whether there is a result; false also when the stream has to close.</returns>
    private async Task<bool> IsNextAsync(HttpContext http, Task<bool> next, Closing closing)
    {
        while (true)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
            var beat = Task.Delay(options.Value.Heartbeat, time, waiting.Token);
            var first = await Task.WhenAny(next, closing.Task, beat);
            await waiting.CancelAsync();
            if (first == next) return await next;
            if (first == closing.Task) return false;
            http.RequestAborted.ThrowIfCancellationRequested();
            http.Response.BodyWriter.Write(":\n\n"u8);
            await FlushAsync(http);
        }
    }

    private Task BeginAsync(HttpContext http)
    {
        RequestGate.BecomesStream(http);
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = ContentNegotiation.EventStream + "; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Response.Headers.Vary = "Accept";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return FlushAsync(http); // a client that has the headers is subscribed
    }

    private static void WriteNext(IBufferWriter<byte> output, OperationResult result)
    {
        if (result.EventId is { } id) Encoding.UTF8.GetBytes($"id: {id}\n", output);
        output.Write("event: next\ndata: "u8);
        result.WriteTo(output); // of one line: the writer does not indent, and text has its line breaks escaped
        output.Write("\n\n"u8);
    }

    private async Task FlushAsync(HttpContext http)
    {
        using var patience = new CancellationTokenSource(options.Value.SendTimeout, time);
        await using var cut = patience.Token.Register(http.Abort);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}

// The GraphQL endpoint: GraphQL over HTTP, POST and GET, one operation or a batch.
using System.Diagnostics;
using Analytics.Gql.Access;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Store;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

// browser without a query? page ⇒ signed in? ⇒ acceptable answer? ⇒ method, content type, body ⇒ not modified? 304 ⇒ run, each
// operation of a batch in its own scope ⇒ write

/// <summary>Answers requests to <c>/graphql</c>.</summary>
public sealed class GraphQLEndpoint(
    OperationRunner runner, TokenCheck tokens, IServiceScopeFactory scopes, IOptions<LimitOptions> limits, IdePages ide,
    ConditionalGet conditional)
{
    /// <summary>A client that sends it with the value 1 is told in <c>extensions.cost</c> what its operation
    /// costs.</summary>
    public const string CostHeader = "X-Analytics-Cost";

    /// <summary>A client that sends it with the value 1 is told in <c>extensions.statements</c> how many SQL statements its
    /// operation took.</summary>
    public const string StatementsHeader = "X-Analytics-Statements";

    private static readonly string[] _documentMembers = ["query", "documentId", "extensions"];

    public async Task HandleAsync(HttpContext http)
    {
        if ((HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
            && !_documentMembers.Any(http.Request.Query.ContainsKey) && ContentNegotiation.WantsHtml(http.Request.Headers.Accept))
        {
            await ide.WriteAsync(http).ConfigureAwait(false);
            return;
        }
        var mediaType = ContentNegotiation.Choose(http.Request.Headers.Accept);
        try
        {
            if (await tokens.RefusalAsync(http).ConfigureAwait(false) is { } refusal)
                throw RequestRefusedException.Of(refusal);
            if (mediaType is null)
                throw new RequestRefusedException(
                    StatusCodes.Status406NotAcceptable, ErrorCodes.NotAcceptable,
                    $"Accept is '{http.Request.Headers.Accept}'; answers are "
                    + $"{ContentNegotiation.GraphQLJson} or {ContentNegotiation.Json}.");
            var requested = await RequestReader.ReadAsync(http.Request, limits.Value, http.RequestAborted)
                .ConfigureAwait(false);
            if (requested.IsBatch) await RunBatchAsync(http, mediaType, requested.Operations).ConfigureAwait(false);
            else await RunOneAsync(http, mediaType, requested.Operations[0]).ConfigureAwait(false);
        }
        catch (RequestRefusedException refused)
        {
            await ResponseWriter.WriteAsync(http, mediaType ?? ContentNegotiation.Json, refused, runner).ConfigureAwait(false);
        }
        catch (Exception gone) when (http.RequestAborted.IsCancellationRequested
            && gone is OperationCanceledException or IOException)
        {
            // The client went away: its statements are cancelled, and no one is left to answer.
        }
    }

    private async Task RunOneAsync(HttpContext http, string mediaType, OperationRequest request)
    {
        var tagged = await conditional.FindAsync(http, mediaType, request).ConfigureAwait(false);
        if (tagged is not null && conditional.TryNotModified(http, tagged)) return;
        var result = await RunAsync(http, request, http.RequestServices).ConfigureAwait(false);
        if (tagged is not null) await conditional.TellTagAsync(http, tagged, result).ConfigureAwait(false);
        await ResponseWriter.WriteAsync(http, mediaType, result).ConfigureAwait(false);
    }

    private async Task RunBatchAsync(HttpContext http, string mediaType, IReadOnlyList<OperationRequest> requests)
    {
        var results = await Task.WhenAll(requests.Select(async request =>
        {
            // Loaders cache for one operation: two that ran at once on the same ones would share batches and errors.
            await using var scope = scopes.CreateAsyncScope();
            return await RunAsync(http, request, scope.ServiceProvider).ConfigureAwait(false);
        })).ConfigureAwait(false);
        await ResponseWriter.WriteBatchAsync(http, mediaType, results).ConfigureAwait(false);
    }

    private async Task<OperationResult> RunAsync(HttpContext http, OperationRequest request, IServiceProvider services)
    {
        var count = http.Request.Headers[StatementsHeader] == "1" ? StatementCount.Begin() : null;
        var result = await runner.RunAsync(request, ContextOf(http), services, http.User, http.RequestAborted).ConfigureAwait(false);
        if (count is not null && result.Executed) result.AddExtension("statements", count.Statements);
        return result;
    }

    private static OperationContext ContextOf(HttpContext http) =>
        new(TraceId(http), queriesOnly: HttpMethods.IsGet(http.Request.Method))
        {
            TellsCost = http.Request.Headers[CostHeader] == "1",
        };

    /// <summary>Under which a request is found in the log.</summary>
    internal static string TraceId(HttpContext http) => Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
}

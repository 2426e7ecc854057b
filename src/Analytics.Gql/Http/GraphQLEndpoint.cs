// POST and GET /graphql, after the GraphQL-over-HTTP specification.
//
// negotiate ⇒ read (bounded) ⇒ execute, each operation in a scope of its own ⇒ status ⇒ write
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using GraphQL;
using GraphQL.Transport;
using GraphQL.Types;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

public sealed class GraphQLEndpoint(
    IDocumentExecuter<ISchema> executer, IGraphQLSerializer serializer, IServiceScopeFactory scopes, IOptions<LimitOptions> limits)
{
    private static readonly Dictionary<string, object?> ByGet = new() { [QueriesOnlyRule.ByGet] = true };
    private static readonly Dictionary<string, object?> ByPost = [];

    public async Task HandleAsync(HttpContext http)
    {
        if (ContentNegotiation.IsBrowserVisit(http.Request))
        {
            await LandingPage.WriteAsync(http);
            return;
        }
        var type = ContentNegotiation.Choose(http.Request);
        try
        {
            if (type is null)
                throw new RequestException(406, ErrorCodes.BadUserInput,
                    $"The answer would be {ContentNegotiation.ResponseJson} or {ContentNegotiation.Json}; 'Accept' allows neither.");
            var requests = await ReadAsync(http);
            var results = await Task.WhenAll(requests.Requests.Select(r => ExecuteAsync(http, r)));
            http.Response.StatusCode = requests.IsBatch ? 200 : Status(results[0], type);
            if (http.Response.StatusCode == 405)
                http.Response.Headers.Allow = "POST";
            await WriteAsync(http, type, requests.IsBatch ? results : results[0]);
        }
        catch (RequestException e)
        {
            http.Response.StatusCode = e.Status;
            await WriteAsync(http, type ?? ContentNegotiation.Json, new ExecutionResult(new ClientError(e.Code, e.Message)));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone, and with it whoever would read an answer.
        }
    }

    private Task<RequestSet> ReadAsync(HttpContext http)
    {
        if (HttpMethods.IsGet(http.Request.Method))
            return Task.FromResult(RequestReader.ReadQuery(http.Request.Query));
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = "GET, POST";
            throw new RequestException(405, ErrorCodes.MethodNotAllowed, $"{http.Request.Method} is not served here. Use GET or POST.");
        }
        if (!ContentNegotiation.IsJsonBody(http.Request))
            throw new RequestException(415, ErrorCodes.BadUserInput,
                $"The body's Content-Type is '{http.Request.ContentType}'; it must be application/json in UTF-8.");
        return RequestReader.ReadBodyAsync(http.Request, limits.Value, http.RequestAborted);
    }

    /// <summary>In a scope of its own: loaders cache for one operation, and are never shared by two.</summary>
    private async Task<ExecutionResult> ExecuteAsync(HttpContext http, GraphQLRequest request)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await executer.ExecuteAsync(new ExecutionOptions
        {
            Query = request.Query,
            OperationName = request.OperationName,
            Variables = request.Variables,
            Extensions = request.Extensions,
            RequestServices = scope.ServiceProvider,
            User = http.User,
            CancellationToken = http.RequestAborted,
            UserContext = HttpMethods.IsGet(http.Request.Method) ? ByGet : ByPost,
        });
    }

    /// <summary>An operation that was refused before it ran is the client's fault, which only the newer type says by status.</summary>
    private static int Status(ExecutionResult result, string type) =>
        result.Errors?.OfType<MethodError>().Any() == true ? 405
        : result.Executed || type == ContentNegotiation.Json ? 200 : 400;

    private async Task WriteAsync(HttpContext http, string type, object result)
    {
        http.Response.ContentType = $"{type}; charset=utf-8";
        if (result is ExecutionResult[] batch)
            await serializer.WriteAsync(http.Response.Body, batch, http.RequestAborted);
        else
            await serializer.WriteAsync(http.Response.Body, (ExecutionResult)result, http.RequestAborted);
    }
}

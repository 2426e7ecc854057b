// Runs one operation: the way into the engine for HTTP, sockets and tests.
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text;
using Analytics.Gql.Access;
using Analytics.Gql.Engine.Documents;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Engine.Streaming;
using GraphQL;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQL.Validation.Rules;
using GraphQLParser.AST;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine;

// id, hash or text ⇒ text ⇒ size ⇒ cached? else parse, shape limits, standard rules ⇒ variables ⇒ cost and request rules ⇒ execute ⇒
// cache the document, write the audit log
//
// Only what depends on the text alone is skipped for a cached document; its walks are, by KnownDocumentValidator.

/// <summary>Validates and executes operations.</summary>
public sealed class OperationRunner
{
    /// <summary>Errors told of a refused document; a small one can have thousands, longer than itself.</summary>
    public const int MaxErrors = 50;

    private readonly IDocumentExecuter<ISchema> _executer;
    private readonly RequestedDocuments _requested;
    private readonly DocumentCache _documents;
    private readonly ExecutionTreeWriter _writer;
    private readonly FaultMasking _faults;
    private readonly OperationTelemetry _telemetry;
    private readonly int _maxDocumentBytes;
    private readonly long _maxCost;
    private readonly IValidationRule[] _everyRule;
    private readonly RequestRules _requestRules;

    public OperationRunner(
        IDocumentExecuter<ISchema> executer, RequestedDocuments requested, DocumentCache documents,
        ExecutionTreeWriter writer, FaultMasking faults, OperationTelemetry telemetry, EngineOptions options,
        IOptions<LimitOptions> limits, IOptions<SchemaOptions> schema)
    {
        (_executer, _requested, _documents, _writer, _faults) = (executer, requested, documents, writer, faults);
        _telemetry = telemetry;
        (_maxDocumentBytes, _maxCost) = (limits.Value.MaxDocumentBytes, limits.Value.MaxCost);
        IValidationRule[] request = [new OperationKindRule(), .. options.RequestRules, new CostRule(limits.Value)];
        _everyRule =
        [
            new ShapeRule(limits.Value), new IntrospectionRule(schema.Value), new VariableTypesRule(),
            .. DocumentValidator.CoreRules, .. request,
        ];
        // This standard rule runs the validators of features over argument values, which a cached text does not fix.
        _requestRules = new RequestRules([FieldArgumentsAreValidRule.Instance, .. request]);
    }

    /// <summary>Runs an operation in the scope of <paramref name="services"/>; loaders live as long as it.</summary>
    /// <exception cref="OperationCanceledException">The caller went away; nothing is logged.</exception>
    public async Task<OperationResult> RunAsync(
        OperationRequest request, OperationContext context, IServiceProvider services, ClaimsPrincipal? user,
        CancellationToken ct)
    {
        using var watch = _telemetry.Begin(context);
        var result = await ExecuteAsync(request, context, services, user, ct).ConfigureAwait(false);
        watch?.End(result);
        return new OperationResult(result, _writer);
    }

    /// <summary>Starts an operation of any kind: a subscription listens when this returns, and the sequence gives its
    /// results; that of a query or mutation gives one.</summary>
    /// <returns>To be read once, to its end or until cancelled: only that unsubscribes.</returns>
    /// <exception cref="OperationCanceledException">The caller went away; nothing is logged.</exception>
    public async Task<IAsyncEnumerable<OperationResult>> StartAsync(
        OperationRequest request, OperationContext context, IServiceProvider services, ClaimsPrincipal? user,
        CancellationToken ct)
    {
        using var watch = _telemetry.Begin(context);
        var result = await ExecuteAsync(request, context, services, user, ct).ConfigureAwait(false);
        watch?.End(result);
        if (result.Streams is { Count: > 0 } streams)
            return ResultsAsync(new ResponseStream(streams.Values.Single(), context), ct);
        // The library calls one that could not be started executed.
        if (result.Operation?.Operation == OperationType.Subscription) result.Executed = false;
        return OneAsync(new OperationResult(result, _writer));
    }

    private async IAsyncEnumerable<OperationResult> ResultsAsync(
        ResponseStream results, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var result in results.ReadAsync(ct).ConfigureAwait(false))
            yield return new OperationResult(result, _writer);
    }

    private static async IAsyncEnumerable<OperationResult> OneAsync(OperationResult result)
    {
        await Task.CompletedTask;
        yield return result;
    }

    private async Task<ExecutionResult> ExecuteAsync(
        OperationRequest request, OperationContext context, IServiceProvider services, ClaimsPrincipal? user,
        CancellationToken ct)
    {
        try
        {
            request = _requested.Resolve(request);
        }
        catch (ClientError refused)
        {
            return new ExecutionResult(refused);
        }
        var bytes = Encoding.UTF8.GetByteCount(request.Query);
        if (bytes > _maxDocumentBytes)
            return new ExecutionResult(new ClientError(
                ErrorCodes.LimitExceeded,
                $"The document has {bytes} bytes; at most {_maxDocumentBytes}. "
                + "Move values to variables or ask in several operations."));
        var cached = _documents.Find(request.Query);
        var result = await _executer.ExecuteAsync(new ExecutionOptions
        {
            Query = request.Query,
            Document = cached,
            OperationName = request.OperationName,
            Variables = request.Variables is { } given ? new Inputs(new Dictionary<string, object?>(given)) : null,
            ValidationRules = cached is null ? _everyRule : _requestRules,
            UnhandledExceptionDelegate = _faults.HandleAsync,
            UserContext = context,
            RequestServices = services,
            User = user,
            CancellationToken = ct,
        }).ConfigureAwait(false);
        if (cached is null && result is { Executed: true, Document: { } document })
            _documents.Keep(request.Query, document);
        if (result.Executed) _requested.Ran(request);
        services.GetService<Permissions>()?.AuditReads();
        if (context is { TellsCost: true, Cost: { } cost })
            (result.Extensions ??= new Dictionary<string, object?>())["cost"] =
                new Dictionary<string, object?> { ["requested"] = cost, ["limit"] = _maxCost };
        if (!result.Executed && result.Errors is { Count: > MaxErrors } errors)
            result.Errors = [.. errors.Take(MaxErrors)];
        return result;
    }

    /// <summary>An answer for a request that never became an operation.</summary>
    public OperationResult Refuse(ClientError error)
    {
        _telemetry.Refused(error);
        return new OperationResult(new ExecutionResult(error), _writer);
    }
}

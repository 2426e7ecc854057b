// What happens to an exception that no one threw on purpose: mapped to a client error, or masked and logged once.
using System.Runtime.CompilerServices;
using GraphQL;
using GraphQL.Execution;

namespace Analytics.Gql.Engine;

// exception in a field ⇒ cancelled by the client? silence ⇒ known to a mapper? its ClientError ⇒ else INTERNAL with
// the trace id, logged

/// <summary>Keeps the server's inner life out of answers and in the log.</summary>
public sealed partial class FaultMasking(EngineOptions options, ILogger<FaultMasking> logger)
{
    // One failed fetch arrives once for each field that waited for it; only its first arrival is logged.
    private readonly ConditionalWeakTable<Exception, object> _logged = [];

    internal Task HandleAsync(UnhandledExceptionContext fault)
    {
        var exception = fault.OriginalException;
        var traceId = (fault.ExecutionOptions.UserContext as OperationContext)?.TraceId ?? "none";
        var path = Path(fault.FieldContext);
        if (fault.ExecutionOptions.CancellationToken.IsCancellationRequested)
        {
            fault.Exception = Masked(traceId);
        }
        else if (Map(exception) is { } known)
        {
            if (IsOurs(known) && _logged.TryAdd(exception, this))
                LogMapped(logger, known.Code!, path, traceId, exception);
            fault.Exception = known;
        }
        else
        {
            if (_logged.TryAdd(exception, this)) LogFault(logger, path, traceId, exception);
            fault.Exception = Masked(traceId);
        }
        return Task.CompletedTask;
    }

    internal static ClientError Masked(string traceId) =>
        new ClientError(
                ErrorCodes.Internal, $"The server failed to answer. Quote the trace id {traceId} when you report it.")
            .AddExtension("traceId", traceId);

    private ClientError? Map(Exception exception)
    {
        foreach (var mapper in options.FaultMappers)
            if (mapper(exception) is { } known) return known;
        return null;
    }

    // A bound that the client met is no trouble of the server.
    private static bool IsOurs(ClientError known) =>
        known.Code is ErrorCodes.Timeout or ErrorCodes.Unavailable or ErrorCodes.Internal;

    private static string Path(IResolveFieldContext? field) =>
        field is null ? "(no field)" : string.Join('.', field.ResponsePath);

    [LoggerMessage(LogLevel.Error, "Field {Path} failed; the client got INTERNAL with trace id {TraceId}.")]
    private static partial void LogFault(ILogger logger, string path, string traceId, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Field {Path} answered {Code}; trace id {TraceId}.")]
    private static partial void LogMapped(
        ILogger logger, string code, string path, string traceId, Exception exception);
}

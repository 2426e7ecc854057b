// What happens when a resolver throws: known faults become client errors, the rest is logged once and masked.
using GraphQL.Execution;

namespace Analytics.Gql.Engine;

/// <summary>Maps an exception to an error that the client can act on; null when it is not one of its kind.</summary>
public delegate ClientError? FaultMap(Exception exception);

public sealed partial class FaultHandler(IEnumerable<FaultMap> maps, ILogger<FaultHandler> log)
{
    public Task HandleAsync(UnhandledExceptionContext context)
    {
        if (maps.Select(map => map(context.OriginalException)).FirstOrDefault(e => e is not null) is { } known)
            context.Exception = known;
        else if (context.Context?.CancellationToken.IsCancellationRequested != true)
            LogFault(log, ErrorPresenter.TraceId, Path(context), context.OriginalException);
        return Task.CompletedTask;
    }

    private static string Path(UnhandledExceptionContext context) =>
        context.FieldContext is { } field ? string.Join('.', field.Path) : "operation";

    [LoggerMessage(LogLevel.Error, "GraphQL field {Path} failed; trace id {TraceId}")]
    private static partial void LogFault(ILogger log, string traceId, string path, Exception exception);
}

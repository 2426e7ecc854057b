// How subscriptions run: each event in a scope of its own, level by level like a query.
using GraphQL;
using GraphQL.Execution;
using GraphQL.MicrosoftDI;
using ExecutionContext = GraphQL.Execution.ExecutionContext;

namespace Analytics.Gql.Engine.Streaming;

/// <summary>Loaders live as long as one event; its id goes into the result's extensions, so that clients of every
/// transport can name it.</summary>
public sealed class StreamExecution(IServiceScopeFactory scopes, LevelExecution levels)
    : ScopedSubscriptionExecutionStrategy(scopes, levels)
{
    internal const string EventIdKey = "eventId";

    protected override async ValueTask<ExecutionResult> ProcessDataAsync(
        ExecutionContext context, ExecutionNode node, object? value)
    {
        var result = await base.ProcessDataAsync(context, node, value).ConfigureAwait(false);
        if (value is IStreamEvent { EventId: var id })
            result.Extensions = new Dictionary<string, object?>(result.Extensions ?? []) { [EventIdKey] = id };
        return result;
    }
}

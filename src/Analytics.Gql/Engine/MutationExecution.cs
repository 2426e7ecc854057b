// How mutations run: one root field after another, as the specification wants it.
using GraphQL;
using GraphQL.Execution;
using ExecutionContext = GraphQL.Execution.ExecutionContext;

namespace Analytics.Gql.Engine;

public sealed class MutationExecution : SerialExecutionStrategy
{
    protected override void SetNodeError(ExecutionContext context, ExecutionNode node, ExecutionError error) =>
        base.SetNodeError(context, node, error is ClientError shared ? shared.Twin() : error);
}

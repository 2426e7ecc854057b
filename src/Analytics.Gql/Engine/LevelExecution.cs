// How operations run: queries level by level, so that each loader dispatches once a level; mutations one after another.
using GraphQL;
using GraphQL.Execution;
using ExecutionContext = GraphQL.Execution.ExecutionContext;

namespace Analytics.Gql.Engine;

/// <summary>Queries: all fields of a level at once, then the parked loader results together.</summary>
public sealed class LevelExecution : ParallelExecutionStrategy
{
    protected override void SetNodeError(ExecutionContext context, ExecutionNode node, ExecutionError error) =>
        base.SetNodeError(context, node, error is ClientError shared ? shared.Twin() : error);
}

/// <summary>Mutations: the specification wants their root fields one after another.</summary>
public sealed class MutationExecution : SerialExecutionStrategy
{
    protected override void SetNodeError(ExecutionContext context, ExecutionNode node, ExecutionError error) =>
        base.SetNodeError(context, node, error is ClientError shared ? shared.Twin() : error);
}

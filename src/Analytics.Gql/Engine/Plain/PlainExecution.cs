// How an operation runs where fields are plain properties: written at once, when the object is there that has them.
using GraphQL;
using GraphQL.Execution;
using GraphQL.Types;
using GraphQLParser.AST;
using ExecutionContext = GraphQL.Execution.ExecutionContext;

namespace Analytics.Gql.Engine.Plain;

/// <summary>Runs fields as the library does, but for plain properties, to any depth: a node, a resolver and its context for
/// each would cost most of the server's time.</summary>
public abstract class PlainExecution : ExecutionStrategy
{
    protected override Task ExecuteNodeAsync(ExecutionContext context, ExecutionNode node) =>
        node is PlainNode ? Task.CompletedTask : base.ExecuteNodeAsync(context, node);

    protected override void SetSubFieldNodes(ExecutionContext context, ObjectExecutionNode parent)
    {
        if (parent is RootExecutionNode || parent.GraphType is not IObjectGraphType type)
        {
            base.SetSubFieldNodes(context, parent);
            return;
        }
        var fields = SelectionOf(context, type, parent.SelectionSet!).Fields;
        var nodes = new ExecutionNode[fields.Length];
        for (var i = 0; i < nodes.Length; i++)
        {
            var (field, definition, plain) = fields[i];
            nodes[i] = plain is not null && PlainJson.TryWrite(plain, parent.Result!) is { } json
                ? new PlainNode(parent, field, definition, json)
                : BuildExecutionNode(parent, definition.ResolvedType!, field, definition);
        }
        parent.SubFields = nodes;
    }

    // A list that can be read again, should something be wrong with it.
    protected override Task SetArrayItemNodesAsync(ExecutionContext context, ArrayExecutionNode parent)
    {
        var (item, nonNullItems) = Selections.Unwrapped(((ListGraphType)parent.GraphType).ResolvedType!);
        if (item is IObjectGraphType type
            && SelectionOf(context, type, parent.Field.SelectionSet!).Whole is { } whole
            && whole.IsListOfThem(parent.Result!)
            && PlainJson.TryWrite(new PlainList(whole, nonNullItems), parent.Result!) is { } json)
        {
            parent.SerializedResult = json;
            return Task.CompletedTask;
        }
        return base.SetArrayItemNodesAsync(context, parent);
    }

    private Selection SelectionOf(ExecutionContext context, IObjectGraphType type, GraphQLSelectionSet selected) =>
        (Selections.SharedBy(context.Document) ?? ((OperationContext)context.UserContext).Selections).Of(
            type, selected, context.Schema, (t, s) => CollectFieldsFrom(context, t, s, null).Values);

    protected override void SetNodeError(ExecutionContext context, ExecutionNode node, ExecutionError error) =>
        base.SetNodeError(context, node, error is ClientError shared ? shared.Twin() : error);
}

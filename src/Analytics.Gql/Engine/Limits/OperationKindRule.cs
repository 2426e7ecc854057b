// Which kinds of operation this request may run.
using GraphQL.Validation;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Limits;

/// <summary>A GET runs queries only (and subscriptions, where it can take a stream), and a kind without a root type has
/// nothing to run.</summary>
public sealed class OperationKindRule : ValidationRuleBase
{
    public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context)
    {
        var kind = context.Operation.Operation;
        var asked = context.UserContext as OperationContext;
        if (asked is { QueriesOnly: true }
            && (kind == OperationType.Mutation || kind == OperationType.Subscription && !asked.CanStream))
            throw new ClientError(ErrorCodes.MethodNotAllowed, "GET runs queries only. Send mutations with POST.");
        if ((kind == OperationType.Mutation && context.Schema.Mutation is null)
            || (kind == OperationType.Subscription && context.Schema.Subscription is null))
            throw new ClientError(
                ErrorCodes.ValidationFailed,
                $"This API has no {(kind == OperationType.Mutation ? "mutations" : "subscriptions")}.");
        if (kind == OperationType.Subscription && asked is { CanStream: false })
            throw new ClientError(
                ErrorCodes.ValidationFailed,
                "A subscription has many results and this answer has room for one. Ask with 'Accept: text/event-stream', "
                + "or over a WebSocket of the subprotocol graphql-transport-ws.");
        return default;
    }
}

// Which kinds of operation this request may run.
using GraphQL.Validation;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Limits;

/// <summary>A GET runs queries only, and a kind without a root type has nothing to run.</summary>
public sealed class OperationKindRule : ValidationRuleBase
{
    public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context)
    {
        var kind = context.Operation.Operation;
        if (kind != OperationType.Query && context.UserContext is OperationContext { QueriesOnly: true })
            throw new ClientError(ErrorCodes.MethodNotAllowed, "GET runs queries only. Send mutations with POST.");
        if ((kind == OperationType.Mutation && context.Schema.Mutation is null)
            || (kind == OperationType.Subscription && context.Schema.Subscription is null))
            throw new ClientError(
                ErrorCodes.ValidationFailed,
                $"This API has no {(kind == OperationType.Mutation ? "mutations" : "subscriptions")}.");
        return default;
    }
}

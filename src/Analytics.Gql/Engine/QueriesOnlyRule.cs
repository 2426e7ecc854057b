// GET must be safe: it runs queries and nothing else.
using GraphQL.Validation;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine;

public sealed class QueriesOnlyRule : ValidationRuleBase
{
    /// <summary>In the user context of a request that came by GET.</summary>
    public const string ByGet = "byGet";

    public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context)
    {
        if (context.Operation.Operation != OperationType.Query && context.UserContext.ContainsKey(ByGet))
            context.ReportError(new MethodError(
                $"GET runs queries only, and this is a {context.Operation.Operation.ToString().ToLowerInvariant()}. Send it by POST."));
        return default;
    }
}

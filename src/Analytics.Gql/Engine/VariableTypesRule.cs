// Refuses variables of output types before the standard rules look at their defaults.
using GraphQL;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQL.Validation.Errors;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine;

/// <summary>The standard rule only notes the mistake, and the one for default values then fails over it (GraphQL.NET
/// 8).</summary>
public sealed class VariableTypesRule : ValidationRuleBase
{
    private static readonly MatchingNodeVisitor<GraphQLVariableDefinition> _check = new((variable, context) =>
    {
        if (variable.Type.GraphTypeFromType(context.Schema) is { } type && !type.IsInputType())
            throw new VariablesAreInputTypesError(context, variable, type);
    });

    public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context) => new(_check);
}

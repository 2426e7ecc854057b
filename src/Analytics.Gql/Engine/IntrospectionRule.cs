// Refuses introspection where an operator turned it off.
using Analytics.Gql.Engine.Federation;
using GraphQL;
using GraphQL.Validation;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine;

/// <summary>Depends on the document and the setting alone, so a cached document has passed it. <c>__typename</c> stays:
/// clients' caches need it, and it tells only what was asked. A subgraph's <c>_service</c> goes with the two: it tells
/// the whole schema.</summary>
public sealed class IntrospectionRule(SchemaOptions options) : ValidationRuleBase
{
    private readonly MatchingNodeVisitor<GraphQLField> _refusal = new((field, context) =>
    {
        var tells = field.Name.StringValue is "__schema" or "__type"
            || options.Federation && field.Name.Value == FederationSchema.ServiceField;
        if (!tells) return;
        throw new ClientError(
            ErrorCodes.IntrospectionDisabled,
            $"'{field.Name.StringValue}' is refused: introspection is off. Use the schema file of your build, or ask the "
            + $"operator to set {SchemaOptions.Section}:{nameof(SchemaOptions.Introspection)} to true.")
            .AddLocation(field, context.Document);
    });

    public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context) =>
        new(options.Introspection ? null : _refusal);
}

// What a syntax tree names, looked up in its document and in the schema.
using GraphQL.Types;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Documents;

internal static class SyntaxLookups
{
    /// <summary>False: every request selects the same of the document, whatever its variables.</summary>
    public static bool MayHaveDirectives(this GraphQLDocument document) => document.Source.Span.Contains('@');

    /// <returns>Null where the document defines no fragment of this name.</returns>
    public static GraphQLFragmentDefinition? FragmentOf(this GraphQLDocument document, GraphQLFragmentSpread spread)
    {
        foreach (var definition in document.Definitions)
        {
            if (definition is GraphQLFragmentDefinition fragment
                && fragment.FragmentName.Name == spread.FragmentName.Name) return fragment;
        }
        return null;
    }

    /// <returns>Null where the schema has no type of this name.</returns>
    public static IGraphType? TypeOf(this ISchema schema, GraphQLTypeCondition condition) =>
        schema.AllTypes[condition.Type.Name.Value];

    /// <summary>Of whose fields an operation selects first; null where the schema has no such operations.</summary>
    public static IObjectGraphType? RootOf(this ISchema schema, GraphQLOperationDefinition operation) =>
        operation.Operation switch
        {
            OperationType.Mutation => schema.Mutation,
            OperationType.Subscription => schema.Subscription,
            _ => schema.Query,
        };
}

// What a field selects below itself, so that a feature can leave out what nobody asked for.
using System.Runtime.CompilerServices;
using Analytics.Gql.Engine.Documents;
using GraphQL;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine;

/// <summary>The names of the fields that one field selects, and of those below each of them, whatever their aliases.</summary>
/// <remarks>Fields that <c>@skip</c> or <c>@include</c> may leave out are among them.</remarks>
public sealed class LookAhead
{
    private const int Levels = 2;

    // By the node of the document, which is kept for its later requests.
    private static readonly ConditionalWeakTable<GraphQLField, LookAhead> _known = [];

    private readonly HashSet<string> _paths = [];

    private LookAhead(GraphQLDocument document, GraphQLField field) => Add(document, field.SelectionSet, "", 1, []);

    /// <summary>What the field that is being resolved selects.</summary>
    public static LookAhead Of(IResolveFieldContext context) =>
        _known.GetValue(context.FieldAst, field => new LookAhead(context.Document, field));

    /// <param name="path">The name of a field, or of one and one below it, with a dot between them.</param>
    public bool Selects(string path) => _paths.Contains(path);

    private void Add(
        GraphQLDocument document, GraphQLSelectionSet? selected, string prefix, int level, HashSet<GraphQLFragmentDefinition> walked)
    {
        foreach (var selection in selected?.Selections ?? [])
        {
            if (selection is GraphQLInlineFragment inline) Add(document, inline.SelectionSet, prefix, level, walked);
            else if (selection is GraphQLFragmentSpread spread && document.FragmentOf(spread) is { } fragment && walked.Add(fragment))
                Add(document, fragment.SelectionSet, prefix, level, walked);
            else if (selection is GraphQLField field)
            {
                _paths.Add(prefix + field.Name.StringValue);
                if (level < Levels) Add(document, field.SelectionSet, $"{prefix}{field.Name.StringValue}.", level + 1, []);
            }
        }
    }
}

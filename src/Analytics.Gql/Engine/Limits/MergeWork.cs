// How much work it is to find out whether the repeated fields of a document can be merged.
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Limits;

/// <summary>Counts what the standard rule OverlappingFieldsCanBeMerged compares: every two fields of one response name,
/// argument by argument. Its cost is the square of the repetitions: 3,000 times one field took it eight
/// seconds.</summary>
/// <param name="named">Finds the fragment of a spread. Fragments must not spread themselves.</param>
internal sealed class MergeWork(Func<GraphQLFragmentSpread, GraphQLFragmentDefinition?> named)
{
    /// <summary>Visits each selection once a spread, so measure the number of selections first.</summary>
    public long Of(GraphQLSelectionSet set) => OfMerged([set]);

    private long OfMerged(IReadOnlyList<GraphQLSelectionSet> sets)
    {
        var byName = new Dictionary<string, List<GraphQLField>>(StringComparer.Ordinal);
        foreach (var set in sets) Collect(set, byName);
        long work = 0;
        foreach (var fields in byName.Values)
        {
            var arguments = 1L + fields.Max(field => field.Arguments?.Count ?? 0);
            work += (long)fields.Count * (fields.Count - 1) / 2 * arguments * arguments;
            var inside = fields.Select(field => field.SelectionSet).OfType<GraphQLSelectionSet>().ToList();
            if (inside.Count > 0) work += OfMerged(inside);
        }
        return work;
    }

    private void Collect(GraphQLSelectionSet set, Dictionary<string, List<GraphQLField>> byName)
    {
        foreach (var selection in set.Selections)
        {
            if (selection is GraphQLInlineFragment inline) Collect(inline.SelectionSet, byName);
            else if (selection is GraphQLFragmentSpread spread && named(spread) is { } fragment)
                Collect(fragment.SelectionSet, byName);
            else if (selection is GraphQLField field)
            {
                var name = (field.Alias?.Name ?? field.Name).StringValue;
                if (!byName.TryGetValue(name, out var fields)) byName.Add(name, fields = []);
                fields.Add(field);
            }
        }
    }
}

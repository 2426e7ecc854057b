// Refuses documents by their shape alone: too deep, too many aliases, too many fields once fragments are expanded.
using GraphQL;
using GraphQL.Validation;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Limits;

// fragments and operations ⇒ each measured once (a spread adds what its fragment measured) ⇒ the first bound passed
// ends it
//
// It throws before any standard rule walks the document: some of those are quadratic, and recursive without a bound.
// A fragment that spreads itself ends it too, in the words of the standard rule: its expansion has no end to measure.

/// <summary>Bounds that depend on the document alone, so a cached document has passed them.</summary>
public sealed class ShapeRule(LimitOptions limits) : ValidationRuleBase
{
    /// <summary>Selection sets within each other, fragments included; protects the stack.</summary>
    public const int MaxNesting = 100;

    /// <summary>Levels within <c>__schema</c> or <c>__type</c>; the standard introspection query needs 15.</summary>
    public const int MaxIntrospectionDepth = 20;

    /// <summary>How often lists that lead from type to type may follow each other in introspection; the standard
    /// query needs one.</summary>
    public const int MaxIntrospectionLists = 2;

    /// <summary>Comparisons to merge repeated fields, of the whole document; see <see cref="MergeWork"/>.</summary>
    public const int MaxMergeWork = 50_000;

    public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context)
    {
        var ruler = new Ruler(context.Document, limits);
        ruler.CheckFragments();
        foreach (var definition in context.Document.Definitions)
        {
            if (definition is GraphQLOperationDefinition operation)
                ruler.Check(Named(operation), operation.SelectionSet, ruler.OfOperation(operation));
            else if (definition is GraphQLFragmentDefinition fragment)
                // A fragment has no level of its own; it counts where it is spread.
                ruler.Check(Named(fragment), fragment.SelectionSet, ruler.OfFragment(fragment, 0) with { Depth = 0 });
        }
        return default;
    }

    private static string Named(GraphQLOperationDefinition operation) =>
        operation.Name is { } name ? $"Operation '{name.StringValue}'" : "The operation";

    private static string Named(GraphQLFragmentDefinition fragment) =>
        $"Fragment '{fragment.FragmentName.Name.StringValue}'";

    private sealed class Ruler(GraphQLDocument document, LimitOptions limits)
    {
        private static readonly HashSet<string> _listsOfTypes =
            ["fields", "interfaces", "possibleTypes", "inputFields"];

        private readonly Dictionary<GraphQLFragmentDefinition, DocumentShape?> _fragments = [];
        private readonly Dictionary<string, GraphQLFragmentDefinition> _byName = document.Definitions
            .OfType<GraphQLFragmentDefinition>()
            .GroupBy(fragment => fragment.FragmentName.Name.StringValue)
            .ToDictionary(group => group.Key, group => group.First());
        private long _mergeWork;

        public DocumentShape OfOperation(GraphQLOperationDefinition operation) =>
            Measure(operation.SelectionSet, 0).With(default(DocumentShape) with
            {
                Directives = Count(operation) + (operation.Variables?.Items.Sum(Count) ?? 0),
            });

        public DocumentShape Measure(GraphQLSelectionSet? set, int nesting)
        {
            if (set is null) return default;
            if (nesting >= MaxNesting) throw TooNested(set);
            var total = default(DocumentShape);
            foreach (var selection in set.Selections)
            {
                total = total.With(selection switch
                {
                    GraphQLField field => OfField(field, nesting),
                    GraphQLInlineFragment inline => Measure(inline.SelectionSet, nesting + 1).With(Leaf(inline)),
                    GraphQLFragmentSpread spread when Find(spread) is { } fragment =>
                        OfFragment(fragment, nesting + 1).With(Leaf(spread)),
                    _ => DocumentShape.Leaf,
                });
            }
            // A measured fragment hides the path through it, so its own nesting is part of the measure.
            return total.Nesting < MaxNesting ? total with { Nesting = total.Nesting + 1 } : throw TooNested(set);
        }

        public DocumentShape OfFragment(GraphQLFragmentDefinition fragment, int nesting)
        {
            if (_fragments.TryGetValue(fragment, out var known)) return known ?? throw SpreadsItself(fragment);
            _fragments[fragment] = null;
            var shape = Measure(fragment.SelectionSet, nesting)
                .With(default(DocumentShape) with { Directives = Count(fragment) });
            _fragments[fragment] = shape;
            return shape;
        }

        public void CheckFragments()
        {
            var count = document.Definitions.Count(definition => definition is GraphQLFragmentDefinition);
            if (count > limits.MaxFragments)
                throw new ClientError(
                    ErrorCodes.LimitExceeded,
                    $"The document defines {count} fragments; at most {limits.MaxFragments}. "
                    + "Ask in several documents.");
        }

        public void Check(string what, GraphQLSelectionSet set, DocumentShape shape)
        {
            if (shape.Depth > limits.MaxDepth)
                throw Exceeded(
                    $"{what} is {shape.Depth} levels deep; at most {limits.MaxDepth}. Select less deeply.", set);
            if (shape.Aliases > limits.MaxAliases)
                throw Exceeded(
                    $"{what} has {shape.Aliases} aliases; at most {limits.MaxAliases}. "
                    + "Ask in several operations.", set);
            if (shape.Selections > limits.MaxSelections)
                throw Exceeded(
                    $"{what} selects {shape.Selections} fields with its fragments expanded; "
                    + $"at most {limits.MaxSelections}. Select fewer, or ask in several operations.", set);
            if (shape.Directives > limits.MaxDirectives)
                throw Exceeded(
                    $"{what} has {shape.Directives} directives with its fragments expanded; "
                    + $"at most {limits.MaxDirectives}. Put fields under one condition into one fragment.", set);
            _mergeWork += new MergeWork(Find).Of(set);
            if (_mergeWork > MaxMergeWork)
                throw Exceeded(
                    $"{what} repeats fields: {_mergeWork} comparisons to merge them; at most {MaxMergeWork}. "
                    + "Select each field once.", set);
        }

        private DocumentShape OfField(GraphQLField field, int nesting)
        {
            var inside = Measure(field.SelectionSet, nesting + 1);
            var aliases = inside.Aliases + (field.Alias is null ? 0 : 1);
            var own = new DocumentShape(
                0, 0, inside.Nesting, inside.Selections + 1, aliases, inside.Directives + Count(field));
            var name = field.Name.StringValue;
            if (name is not ("__schema" or "__type"))
                return own with
                {
                    Depth = inside.Depth + 1,
                    Lists = inside.Lists + (_listsOfTypes.Contains(name) ? 1 : 0),
                };
            if (inside.Depth > MaxIntrospectionDepth || inside.Lists > MaxIntrospectionLists)
                throw Exceeded(
                    $"{name} selects {inside.Depth} levels and {inside.Lists} lists of lists; "
                    + $"at most {MaxIntrospectionDepth} and {MaxIntrospectionLists}. "
                    + "Ask for the types by name.", field);
            return own with { Depth = 1 };
        }

        private static int Count(IHasDirectivesNode node) => node.Directives?.Count ?? 0;

        private static DocumentShape Leaf(IHasDirectivesNode node) =>
            DocumentShape.Leaf with { Directives = Count(node) };

        private GraphQLFragmentDefinition? Find(GraphQLFragmentSpread spread) =>
            _byName.GetValueOrDefault(spread.FragmentName.Name.StringValue);

        private ClientError SpreadsItself(GraphQLFragmentDefinition fragment) => new ClientError(
            ErrorCodes.ValidationFailed,
            $"Cannot spread fragment '{fragment.FragmentName.Name.StringValue}' within itself.")
            .AddLocation(fragment, document);

        private ClientError TooNested(GraphQLSelectionSet where) => Exceeded(
            $"The document nests more than {MaxNesting} selection sets and fragments. Nest fewer fragments.", where);

        private ClientError Exceeded(string message, ASTNode where) =>
            new ClientError(ErrorCodes.LimitExceeded, message).AddLocation(where, document);
    }
}

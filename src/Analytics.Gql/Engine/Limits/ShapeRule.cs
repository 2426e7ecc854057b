// Refuses documents by their shape alone: too deep, too many aliases, too many fields once fragments are expanded.
using GraphQL;
using GraphQL.Validation;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Limits;

// all fragments and operations ⇒ measured once each (a spread adds what its fragment measured) ⇒ the first bound
// passed ends it
//
// It throws before any standard rule walks the document: some of those are quadratic, and recursive without a bound.
// A fragment that spreads itself counts nothing here; the standard rule against cycles reports it.

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

    public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context)
    {
        var ruler = new Ruler(context.Document, limits);
        foreach (var definition in context.Document.Definitions)
        {
            if (definition is GraphQLOperationDefinition operation)
                ruler.Check(operation, ruler.Measure(operation.SelectionSet, 0));
            else if (definition is GraphQLFragmentDefinition fragment) ruler.OfFragment(fragment, 0);
        }
        return default;
    }

    private readonly record struct Shape(int Depth, int Lists, int Nesting, long Selections, long Aliases)
    {
        public static readonly Shape Leaf = new(0, 0, 0, 1, 0);

        public Shape With(Shape other) => new(
            Math.Max(Depth, other.Depth), Math.Max(Lists, other.Lists), Math.Max(Nesting, other.Nesting),
            Math.Min(int.MaxValue, Selections + other.Selections), Math.Min(int.MaxValue, Aliases + other.Aliases));
    }

    private sealed class Ruler(GraphQLDocument document, LimitOptions limits)
    {
        private static readonly HashSet<string> _listsOfTypes = ["fields", "interfaces", "possibleTypes", "inputFields"];

        private readonly Dictionary<GraphQLFragmentDefinition, Shape?> _fragments = [];
        private readonly Dictionary<string, GraphQLFragmentDefinition> _byName = document.Definitions
            .OfType<GraphQLFragmentDefinition>()
            .GroupBy(fragment => fragment.FragmentName.Name.StringValue)
            .ToDictionary(group => group.Key, group => group.First());

        public Shape Measure(GraphQLSelectionSet? set, int nesting)
        {
            if (set is null) return default;
            if (nesting >= MaxNesting) throw TooNested(set);
            var total = default(Shape);
            foreach (var selection in set.Selections)
            {
                total = total.With(selection switch
                {
                    GraphQLField field => OfField(field, nesting),
                    GraphQLInlineFragment inline => Measure(inline.SelectionSet, nesting + 1).With(Shape.Leaf),
                    GraphQLFragmentSpread spread when Named(spread) is { } fragment =>
                        OfFragment(fragment, nesting + 1).With(Shape.Leaf),
                    _ => Shape.Leaf,
                });
            }
            // A measured fragment hides the path through it, so its own nesting is part of the measure.
            return total.Nesting < MaxNesting ? total with { Nesting = total.Nesting + 1 } : throw TooNested(set);
        }

        public Shape OfFragment(GraphQLFragmentDefinition fragment, int nesting)
        {
            if (_fragments.TryGetValue(fragment, out var known)) return known ?? default;
            _fragments[fragment] = null;
            var shape = Measure(fragment.SelectionSet, nesting);
            _fragments[fragment] = shape;
            return shape;
        }

        public void Check(GraphQLOperationDefinition operation, Shape shape)
        {
            if (shape.Depth > limits.MaxDepth)
                throw Exceeded(
                    operation, $"is {shape.Depth} levels deep; at most {limits.MaxDepth}. Select less deeply.", operation);
            if (shape.Aliases > limits.MaxAliases)
                throw Exceeded(
                    operation,
                    $"has {shape.Aliases} aliases; at most {limits.MaxAliases}. Ask in several operations.",
                    operation);
            if (shape.Selections > limits.MaxSelections)
                throw Exceeded(
                    operation,
                    $"selects {shape.Selections} fields with its fragments expanded; at most {limits.MaxSelections}. "
                    + "Select fewer, or ask in several operations.",
                    operation);
        }

        private Shape OfField(GraphQLField field, int nesting)
        {
            var inside = Measure(field.SelectionSet, nesting + 1);
            var aliases = inside.Aliases + (field.Alias is null ? 0 : 1);
            var own = new Shape(0, 0, inside.Nesting, inside.Selections + 1, aliases);
            var name = field.Name.StringValue;
            if (name is not ("__schema" or "__type"))
                return own with
                {
                    Depth = inside.Depth + 1,
                    Lists = inside.Lists + (_listsOfTypes.Contains(name) ? 1 : 0),
                };
            if (inside.Depth > MaxIntrospectionDepth || inside.Lists > MaxIntrospectionLists)
                throw Exceeded(
                    null,
                    $"introspects {inside.Depth} levels and {inside.Lists} lists of lists; "
                    + $"at most {MaxIntrospectionDepth} and {MaxIntrospectionLists}. Ask for the types by name.",
                    field);
            return own with { Depth = 1 };
        }

        private GraphQLFragmentDefinition? Named(GraphQLFragmentSpread spread) =>
            _byName.GetValueOrDefault(spread.FragmentName.Name.StringValue);

        private ClientError TooNested(GraphQLSelectionSet where) => Exceeded(
            null, $"nests more than {MaxNesting} selection sets and fragments. Nest fewer fragments.", where);

        private ClientError Exceeded(GraphQLOperationDefinition? operation, string what, ASTNode where) =>
            new ClientError(ErrorCodes.LimitExceeded, $"{Named(operation)} {what}").AddLocation(where, document);

        private static string Named(GraphQLOperationDefinition? operation) =>
            operation?.Name is { } name ? $"Operation '{name.StringValue}'" : "The operation";
    }
}

// Refuses operations that are too deep, too wide or too dear, before anything of them runs.
//
// One walk over the operation; each fragment is measured once, so that fragments that spread fragments cost nothing extra.
using GraphQL;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser.AST;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine.Limits;

/// <summary>Runs for cached documents too: what a list costs depends on the variables.</summary>
public sealed class OperationLimitsRule(IOptions<LimitOptions> options) : ValidationRuleBase
{
    public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context)
    {
        var limits = options.Value;
        var root = context.Operation.Operation switch
        {
            OperationType.Query => (IGraphType)context.Schema.Query,
            OperationType.Mutation => context.Schema.Mutation,
            _ => context.Schema.Subscription,
        };
        var size = new Measure(context).Of(context.Operation.SelectionSet, root);
        Refuse(context, size.Depth, limits.MaxDepth, "levels deep", "Select fewer levels.");
        Refuse(context, size.Aliases, limits.MaxAliases, "aliased fields", "Split it into several operations.");
        Refuse(context, size.Cost, limits.MaxCost, "in cost", "Ask for fewer users, weeks, sessions or fields at once.");
        return default;
    }

    private static void Refuse(ValidationContext context, long value, long limit, string unit, string remedy)
    {
        if (value > limit)
            context.ReportError(new LimitError($"The operation is {value} {unit}; at most {limit}. {remedy}"));
    }

    private readonly record struct Size(long Depth, long Aliases, long Cost);

    private sealed class Measure(ValidationContext context)
    {
        private const long Saturated = 1_000_000_000_000;
        private readonly Dictionary<string, Size> _fragments = [];

        public Size Of(GraphQLSelectionSet? selections, IGraphType? parent)
        {
            var total = default(Size);
            foreach (var selection in selections?.Selections ?? [])
                total = Add(total, selection switch
                {
                    GraphQLField field => Field(field, parent),
                    GraphQLInlineFragment inline => Of(inline.SelectionSet, parent),
                    GraphQLFragmentSpread spread => Fragment(spread.FragmentName.Name.StringValue, parent),
                    _ => default,
                });
            return total;
        }

        private Size Field(GraphQLField field, IGraphType? parent)
        {
            // Introspection is bounded by the schema, not by the data.
            if (field.Name.StringValue.StartsWith("__", StringComparison.Ordinal))
                return default;
            var definition = (parent as IComplexGraphType)?.GetField(field.Name);
            var children = Of(field.SelectionSet, definition?.ResolvedType?.GetNamedType());
            var objects = definition?.Metadata.TryGetValue(ListSizeAttribute.Key, out var size) == true
                ? Objects(field, (ListSizeAttribute)size!) : 1;
            return new Size(
                children.Depth + 1, Cap(children.Aliases + (field.Alias is null ? 0 : 1)), Cap(1 + objects * children.Cost));
        }

        private Size Fragment(string name, IGraphType? parent)
        {
            if (_fragments.TryGetValue(name, out var known))
                return known;
            _fragments[name] = default; // a cycle ends here; the standard rule reports it
            var definition = context.Document.Definitions.OfType<GraphQLFragmentDefinition>()
                .FirstOrDefault(f => f.FragmentName.Name.StringValue == name);
            return _fragments[name] = Of(definition?.SelectionSet, parent);
        }

        private long Objects(GraphQLField field, ListSizeAttribute size)
        {
            var argument = field.Arguments?.Items.Find(a => a.Name.StringValue == size.Argument)?.Value;
            return argument switch
            {
                GraphQLIntValue number when long.TryParse(number.Value.Span, out var n) => Math.Max(n, 0),
                GraphQLListValue list => list.Values?.Count ?? 0,
                GraphQLVariable variable when context.Variables.TryGetValue(variable.Name.StringValue, out var value) => value switch
                {
                    int n => Math.Max(n, 0),
                    long n => Math.Max(n, 0),
                    System.Collections.ICollection items => items.Count,
                    _ => size.Usual,
                },
                _ => size.Usual,
            };
        }

        private static Size Add(Size a, Size b) => new(Math.Max(a.Depth, b.Depth), Cap(a.Aliases + b.Aliases), Cap(a.Cost + b.Cost));

        private static long Cap(long value) => value is < 0 or > Saturated ? Saturated : value;
    }
}

// Refuses operations whose answer would be too large, by the real arguments and variables.
using Analytics.Gql.Engine.Documents;
using GraphQL;
using GraphQL.Execution;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Limits;

/// <summary>Runs for every request, cached document or not. How cost is computed: <see
/// cref="LimitOptions.MaxCost"/>.</summary>
public sealed class CostRule(LimitOptions limits) : ValidationRuleBase
{
    /// <summary>The size of a list that declares none.</summary>
    public const int UndeclaredListSize = 10;

    /// <summary>The cost of <c>__schema</c> or <c>__type</c>, whatever is selected in it.</summary>
    public const int IntrospectionCost = 5_000;

    public override ValueTask<INodeVisitor?> GetPostNodeVisitorAsync(ValidationContext context)
    {
        var cost = new Meter(context).OfOperation();
        if (context.UserContext is OperationContext operation) operation.Cost = cost;
        if (cost <= limits.MaxCost) return default;
        throw new ClientError(
            ErrorCodes.LimitExceeded,
            $"The operation costs {cost}; at most {limits.MaxCost} "
            + "(a field costs 1, a list multiplies what is selected in it). "
            + "Ask for fewer users, weeks, rows or fields, or in several operations.");
    }

    // The cost of a fragment depends on the size it inherits too, so both are the key; ShapeRule has bounded the
    // recursion.
    private sealed class Meter(ValidationContext context)
    {
        private const long Ceiling = 1_000_000_000_000;
        private static readonly Dictionary<string, object?> _noArguments = [];
        private readonly Dictionary<(GraphQLFragmentDefinition, long?), long> _fragments = [];

        public long OfOperation() =>
            Of(context.Operation.SelectionSet, context.Schema.RootOf(context.Operation), null);

        private long Of(GraphQLSelectionSet? selections, IComplexGraphType? type, long? inherited)
        {
            if (selections is null) return 0;
            long cost = 0;
            foreach (var selection in selections.Selections)
            {
                cost += IsLeftOut(selection) ? 0 : selection switch
                {
                    GraphQLField field => OfField(field, type, inherited),
                    GraphQLInlineFragment inline =>
                        Of(inline.SelectionSet, inline.TypeCondition is { } on ? TypeNamed(on) : type, inherited),
                    GraphQLFragmentSpread spread => OfFragment(spread, inherited),
                    _ => 0,
                };
                if (cost >= Ceiling) return Ceiling;
            }
            return cost;
        }

        private long OfField(GraphQLField field, IComplexGraphType? type, long? inherited)
        {
            var name = field.Name.Value;
            if (name.Length > 2 && name.Span.StartsWith("__")) return name == "__typename" ? 1 : IntrospectionCost;
            if (type?.GetField(name) is not { } definition) return 1;
            var declared = ListSizeSourceAttribute.Of(definition)?.SizeOf(Arguments(field, definition));
            var isList = definition.ResolvedType is ListGraphType or NonNullGraphType { ResolvedType: ListGraphType };
            var size = isList ? Math.Max(0, declared ?? inherited ?? UndeclaredListSize) : 1;
            var inner = definition.ResolvedType?.GetNamedType() as IComplexGraphType;
            var inside = Of(field.SelectionSet, inner, isList ? null : declared);
            return inside == 0 ? 1 : size > Ceiling / inside ? Ceiling : 1 + size * inside;
        }

        private long OfFragment(GraphQLFragmentSpread spread, long? inherited)
        {
            if (context.Document.FragmentOf(spread) is not { } fragment) return 0;
            if (_fragments.TryGetValue((fragment, inherited), out var known)) return known;
            return _fragments[(fragment, inherited)] =
                Of(fragment.SelectionSet, TypeNamed(fragment.TypeCondition), inherited);
        }

        private IComplexGraphType? TypeNamed(GraphQLTypeCondition on) =>
            context.Schema.TypeOf(on) as IComplexGraphType;

        private Dictionary<string, object?> Arguments(GraphQLField field, FieldType definition)
        {
            if (context.ArgumentValues?.TryGetValue(field, out var given) == true)
                return given.ToDictionary(argument => argument.Key, argument => argument.Value.Value);
            return definition.Arguments is { Count: > 0 } arguments
                ? arguments.ToDictionary(argument => argument.Name, argument => argument.DefaultValue)
                : _noArguments;
        }

        private bool IsLeftOut(ASTNode selection) =>
            context.DirectiveValues?.TryGetValue(selection, out var directives) == true
            && (Says(directives, "skip", true) || Says(directives, "include", false));

        private static bool Says(IDictionary<string, DirectiveInfo> directives, string name, bool value) =>
            directives.TryGetValue(name, out var directive)
            && directive.Arguments.TryGetValue("if", out var argument) && argument.Value is bool said && said == value;
    }
}

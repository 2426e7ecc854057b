// Which users an operation's answer is about, when it depends on nothing but their versions.
//
// every root field names its users by an argument, every type below is versioned ⇒ covered; anything else is executed
// each time. Fields that @skip or @include may leave out count as selected.
using Analytics.Gql.Engine.Documents;
using GraphQL;
using GraphQL.Types;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Revalidation;

/// <summary>What an operation's answer depends on, whatever its variables.</summary>
/// <param name="sources">Where the ids of users stand: values or variables.</param>
/// <param name="consistencies">The values given for an argument of that name.</param>
internal sealed class Coverage(
    IReadOnlyList<GraphQLValue> sources, IReadOnlyList<GraphQLValue> consistencies, bool runsWhilePending)
{
    private const string Refreshed = "REFRESHED";

    /// <summary>The answer goes on with the clock while something is pending.</summary>
    public bool RunsWhilePending => runsWhilePending;

    /// <returns>The users with these variables, each once, in the order of the document; null when they cannot be
    /// told.</returns>
    public IReadOnlyList<Guid>? UsersOf(IReadOnlyDictionary<string, object?>? variables)
    {
        var users = new OrderedDictionary<Guid, bool>();
        return sources.All(source => Add(source)) && users.Count > 0 ? [.. users.Keys] : null;

        bool Add(object? value) => value switch
        {
            GraphQLVariable variable => variables is not null
                && variables.TryGetValue(variable.Name.StringValue, out var given) && Add(given),
            GraphQLStringValue text => Add(text.Value.ToString()),
            GraphQLListValue list => (list.Values ?? []).All(Add),
            IReadOnlyList<object?> list => list.All(Add),
            string text when Guid.TryParse(text, out var id) => users.TryAdd(id, true) || true,
            _ => false,
        };
    }

    /// <summary>Some field may want pending changes in its answer.</summary>
    public bool MayBeFresh(IReadOnlyDictionary<string, object?>? variables) => consistencies.Any(value => value switch
    {
        GraphQLEnumValue literal => literal.Name.Value != Refreshed,
        GraphQLVariable variable => variables?.GetValueOrDefault(variable.Name.StringValue) is not Refreshed,
        _ => true,
    });

    /// <returns>Null when the answer depends on more than the versions of users.</returns>
    public static Coverage? Of(GraphQLDocument document, GraphQLOperationDefinition operation, ISchema schema)
    {
        if (operation.Operation != OperationType.Query) return null;
        var walk = new Walk(document, schema);
        return walk.Covers(operation.SelectionSet, schema.Query) ? walk.Found : null;
    }

    private sealed class Walk(GraphQLDocument document, ISchema schema)
    {
        private readonly List<GraphQLValue> _sources = [], _consistencies = [];
        private readonly HashSet<GraphQLFragmentDefinition> _walked = [];
        private bool _runsWhilePending;

        public Coverage Found => new(_sources, _consistencies, _runsWhilePending);

        public bool Covers(GraphQLSelectionSet? selections, IGraphType? type) =>
            selections is null || selections.Selections.All(selection => selection switch
            {
                GraphQLField field => CoversField(field, type),
                GraphQLInlineFragment inline => Covers(inline.SelectionSet, On(inline.TypeCondition) ?? type),
                GraphQLFragmentSpread spread => CoversFragment(spread),
                _ => false,
            });

        private bool CoversField(GraphQLField field, IGraphType? parent)
        {
            if (field.Name.Value == "__typename") return true;
            if ((parent as IComplexGraphType)?.GetField(field.Name.Value) is not { ResolvedType: { } answers } definition) return false;
            if (parent == schema.Query)
            {
                if (VersionedByAttribute.Of(definition) is not { } argument || Given(field, argument) is not { } users) return false;
                _sources.Add(users);
            }
            else if (!VersionedAttribute.IsOn(parent))
                return false;
            if (Given(field, "consistency") is { } consistency) _consistencies.Add(consistency);
            _runsWhilePending |= RunsWhilePendingAttribute.IsOn(definition);
            return Covers(field.SelectionSet, answers.GetNamedType());
        }

        private bool CoversFragment(GraphQLFragmentSpread spread)
        {
            var fragment = document.FragmentOf(spread);
            return fragment is not null
                && (!_walked.Add(fragment) || Covers(fragment.SelectionSet, On(fragment.TypeCondition)));
        }

        private IGraphType? On(GraphQLTypeCondition? condition) =>
            condition is null ? null : schema.TypeOf(condition);

        private static GraphQLValue? Given(GraphQLField field, string argument) =>
            field.Arguments?.FirstOrDefault(a => a.Name.Value == argument)?.Value;
    }
}

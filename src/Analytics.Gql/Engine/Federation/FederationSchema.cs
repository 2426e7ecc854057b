// What Apollo Federation wants of a subgraph's schema: _service, _entities and their types.
using Analytics.Gql.Engine.Limits;
using GraphQL.Resolvers;
using GraphQL.Types;
using GraphQL.Utilities;

namespace Analytics.Gql.Engine.Federation;

// register the three types ⇒ the library collects the schema ⇒ the visitor joins them to it
//
// The library's own AddFederation would do, but for: errors without a code or a remedy that fail all representations
// for one, no size of the list for the cost, a dozen directives in introspection, and @key printed where the setting
// is off. Its way of hiding the machinery from SDL is used (SchemaPrinter).

/// <summary>Adds the two root fields once the types of the schema are known.</summary>
internal sealed class FederationSchema : BaseSchemaNodeVisitor
{
    public const string ServiceField = "_service";
    private const string EntitiesField = "_entities";

    private readonly IReadOnlyCollection<EntityType> _entities;
    private readonly LimitOptions _limits;
    private readonly ObjectGraphType _service = new() { Name = "_Service", Description = "This subgraph." };
    private readonly AnyScalar _any = new();
    private readonly UnionGraphType _entity = new()
    {
        Name = "_Entity",
        Description = "What other subgraphs may refer to.",
    };

    private FederationSchema(IReadOnlyCollection<EntityType> entities, LimitOptions limits) =>
        (_entities, _limits) = (entities, limits);

    public static void AddTo(ISchema schema, IReadOnlyCollection<EntityType> entities, LimitOptions limits)
    {
        var federation = new FederationSchema(entities, limits);
        var sdl = new Lazy<string>(() => SchemaPrinter.PrintSubgraph(schema, entities));
        federation._service.Field<NonNullGraphType<StringGraphType>>("sdl")
            .Description("The schema of this subgraph, for composition.")
            .Resolve(_ => sdl.Value);
        schema.RegisterType(federation._service);
        schema.RegisterType(federation._any);
        schema.RegisterType(federation._entity);
        schema.RegisterVisitor(federation);
    }

    public override void VisitSchema(ISchema schema)
    {
        foreach (var entity in _entities)
            _entity.AddPossibleType((IObjectGraphType)schema.AllTypes[entity.TypeName]!);
        schema.Query.AddField(new FieldType
        {
            Name = ServiceField,
            Description = "What a gateway composes.",
            ResolvedType = new NonNullGraphType(_service),
            Resolver = new FuncFieldResolver<object>(_ => this),
        });
        schema.Query.AddField(Entities());
    }

    private FieldType Entities()
    {
        var most = _limits.MaxUsers;
        var argument = new QueryArgument(new NonNullGraphType(new ListGraphType(new NonNullGraphType(_any))))
        {
            Name = EntitiesResolver.Argument,
            Description = $"At most {most}; one given twice is answered twice.",
        };
        var field = new FieldType
        {
            Name = EntitiesField,
            Description =
                "Entities by their keys, in the order asked for: null, and an error with the element's path, where "
                + "there is none or the viewer may not read it.",
            ResolvedType = new NonNullGraphType(new ListGraphType(_entity)),
            Arguments = new QueryArguments(argument),
            Resolver = new EntitiesResolver(_entities, most),
        };
        new ListSizeFromAttribute(EntitiesResolver.Argument).Modify(field, isInputType: false);
        return field;
    }
}

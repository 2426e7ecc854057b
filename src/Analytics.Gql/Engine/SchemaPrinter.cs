// The schema as SDL: the same text on every machine, so that a review sees only what changed.
using Analytics.Gql.Engine.Federation;
using GraphQL;
using GraphQL.Types;
using GraphQL.Utilities;
using GraphQL.Utilities.Visitors;
using GraphQLParser.AST;
using GraphQLParser.Visitors;

namespace Analytics.Gql.Engine;

/// <summary>Prints the schema definition language.</summary>
public static class SchemaPrinter
{
    private const string Link =
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\n\n";

    /// <summary>What clients ask: without the fields and types of a federation's machinery.</summary>
    /// <returns>Types, fields and arguments in ordinal order, with descriptions; line feeds, one at the end.</returns>
    public static string Print(ISchema schema) => Printed(schema, []);

    /// <summary>The same for a federation's composition: its version, and the keys of the entities.</summary>
    public static string PrintSubgraph(ISchema schema, IReadOnlyCollection<EntityType> entities) =>
        Link + Printed(schema, entities);

    private static string Printed(ISchema schema, IReadOnlyCollection<EntityType> entities)
    {
        schema.Initialize();
        var document = schema.ToAST();
        RemoveFederationTypesVisitor.Visit(document);
        foreach (var entity in entities)
            document.Definitions.OfType<GraphQLObjectTypeDefinition>()
                .Single(type => type.Name.Value == entity.TypeName).Directives = new GraphQLDirectives([Key()]);
        SDLSorter.Sort(document, new SDLSorterOptions(StringComparison.Ordinal));
        using var sdl = new StringWriter();
        // A printer into memory waits for nothing.
        new SDLPrinter(new PrintOptions()).PrintAsync(document, sdl).AsTask().GetAwaiter().GetResult();
        return sdl.ToString().ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
    }

    private static GraphQLDirective Key() => new(new GraphQLName("key"))
    {
        Arguments = new GraphQLArguments(
            [new GraphQLArgument(new GraphQLName("fields"), new GraphQLStringValue(EntityType.Key))]),
    };
}

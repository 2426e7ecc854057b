// The schema as SDL: the same text on every machine, so that a review sees only what changed.
using GraphQL;
using GraphQL.Types;
using GraphQL.Utilities;

namespace Analytics.Gql.Engine;

/// <summary>Prints the schema definition language.</summary>
public static class SchemaPrinter
{
    /// <returns>Types, fields and arguments in ordinal order, with descriptions; line feeds, one at the end.</returns>
    public static string Print(ISchema schema)
    {
        schema.Initialize();
        var sdl = schema.Print(new PrintOptions { StringComparison = StringComparison.Ordinal });
        return sdl.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
    }
}

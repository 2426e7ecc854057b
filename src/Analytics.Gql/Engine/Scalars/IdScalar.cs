// The ID scalar of this API: a UUID.
using GraphQL.Types;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Scalars;

/// <summary>Ids are UUIDs: read into <see cref="Guid"/>, written as lower-case text; other keys can be written, never
/// read.</summary>
public sealed class IdScalar : IdGraphType
{
    private const string Remedy =
        "is not an id. Ids are UUIDs as this API returns them, such as \"6f9619ff-8b86-d011-b42d-00cf4fc964ff\".";

    public IdScalar() => Description = "A UUID as lower-case text, such as `6f9619ff-8b86-d011-b42d-00cf4fc964ff`.";

    // Says yes to any literal: ParseLiteral then names the value and the remedy, which the engine's own message does
    // not.
    public override bool CanParseLiteral(GraphQLValue value) => true;

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => null,
        GraphQLStringValue text when Guid.TryParseExact(text.Value.Span, "D", out var id) => id,
        _ => throw InputFormatException.Of(value, Remedy),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null or Guid => value,
        string text when Guid.TryParseExact(text, "D", out var id) => id,
        _ => throw InputFormatException.Of(value, Remedy),
    };
}

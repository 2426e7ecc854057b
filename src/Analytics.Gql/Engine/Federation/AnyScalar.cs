// The _Any scalar: how a gateway says which entity it means.
using Analytics.Gql.Engine.Scalars;
using GraphQL.Types;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Federation;

/// <summary>Reads any value; what it must hold is said by <see cref="EntitiesResolver"/>, element by element.</summary>
internal sealed class AnyScalar : ComplexScalarGraphType
{
    public AnyScalar() => (Name, Description) =
        ("_Any", "An object with `__typename` and the type's key, such as `{__typename: \"User\", id: …}`.");

    // The library reads literals into the same objects as JSON, and throws what it would mask at the others.
    public override object? ParseLiteral(GraphQLValue value)
    {
        try
        {
            return base.ParseLiteral(value);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw InputFormatException.Of(value, "cannot be read. Send each representation whole, as a variable.");
        }
    }
}

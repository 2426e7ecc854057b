// Thrown by scalars for a value they cannot read; its message reaches the client.
using System.Collections;
using System.Globalization;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Scalars;

/// <summary>An input value of the wrong form. The engine adds argument or variable and location; the message has
/// value and remedy.</summary>
public sealed class InputFormatException(string message) : FormatException(message)
{
    private const int ShownCharacters = 64;
    private const string ListOrObject = "a list or an object";

    internal static InputFormatException Of(object? value, string remedy)
    {
        var text = value switch
        {
            GraphQLEnumValue name => name.Name.StringValue,
            IHasValueNode node => node.Value.ToString(),
            bool flag => flag ? "true" : "false",
            GraphQLListValue or GraphQLObjectValue => ListOrObject,
            IEnumerable and not string => ListOrObject,
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        if (text.Length > ShownCharacters) text = string.Concat(text.AsSpan(0, ShownCharacters), "…");
        return new InputFormatException($"'{text}' {remedy}");
    }
}

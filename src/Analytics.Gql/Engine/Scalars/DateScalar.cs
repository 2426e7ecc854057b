// The Date scalar: a calendar day.
using System.Globalization;
using System.Text.Json;
using GraphQL.Types;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Scalars;

/// <summary>A day without a time, <c>yyyy-MM-dd</c>.</summary>
public sealed class DateScalar : ScalarGraphType
{
    private const string Format = "yyyy-MM-dd";
    private const string Remedy = "is not a date. Write year, month and day, such as \"2026-01-05\".";

    public DateScalar() => (Name, Description) = ("Date", "A calendar day, `yyyy-MM-dd`.");

    public override bool CanParseLiteral(GraphQLValue value) => true;

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => null,
        GraphQLStringValue text when TryParse(text.Value.Span, out var day) => day,
        _ => throw InputFormatException.Of(value, Remedy),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null or DateOnly => value,
        string text when TryParse(text, out var day) => day,
        _ => throw InputFormatException.Of(value, Remedy),
    };

    public override object? Serialize(object? value) => value switch
    {
        null => null,
        DateOnly day => day.ToString(Format, CultureInfo.InvariantCulture),
        _ => ThrowSerializationError(value),
    };

    /// <summary>The same without a string in between; "O" is this format with a path of its own in .NET.</summary>
    internal static void Write(Utf8JsonWriter json, DateOnly day)
    {
        Span<byte> text = stackalloc byte[Format.Length];
        day.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        json.WriteStringValue(text);
    }

    private static bool TryParse(ReadOnlySpan<char> text, out DateOnly day) =>
        DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
}

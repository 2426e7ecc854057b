// The DateTime scalar: an instant.
using System.Globalization;
using GraphQL.Types;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Scalars;

/// <summary>An instant in ISO 8601; written in UTC with <c>Z</c> and as many decimals as it has, at most six.</summary>
public sealed class DateTimeScalar : ScalarGraphType
{
    private const string Remedy =
        "is not an instant. Write ISO 8601 with Z or an offset, such as \"2026-01-05T06:30:00Z\".";

    // PostgreSQL keeps microseconds; a seventh decimal could only be noise.
    private const string Written = "yyyy'-'MM'-'dd'T'HH':'mm':'ss.FFFFFF'Z'";
    private static readonly string[] _read = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmzzz"];
    private static readonly string[] _readUtc = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm'Z'"];

    public DateTimeScalar() =>
        (Name, Description) = ("DateTime", "An instant in ISO 8601, in UTC: `2026-01-05T06:30:00.123456Z`.");

    public override bool CanParseLiteral(GraphQLValue value) => true;

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => null,
        GraphQLStringValue text when TryParse(text.Value.Span, out var instant) => instant,
        _ => throw InputFormatException.Of(value, Remedy),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null or DateTimeOffset => value,
        string text when TryParse(text, out var instant) => instant,
        _ => throw InputFormatException.Of(value, Remedy),
    };

    public override object? Serialize(object? value) => value switch
    {
        null => null,
        DateTimeOffset instant => instant.UtcDateTime.ToString(Written, CultureInfo.InvariantCulture),
        _ => ThrowSerializationError(value),
    };

    private static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset instant)
    {
        var culture = CultureInfo.InvariantCulture;
        return DateTimeOffset.TryParseExact(text, _readUtc, culture, DateTimeStyles.AssumeUniversal, out instant)
            || DateTimeOffset.TryParseExact(text, _read, culture, DateTimeStyles.AdjustToUniversal, out instant);
    }
}

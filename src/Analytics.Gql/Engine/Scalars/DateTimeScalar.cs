// The DateTime scalar: an instant.
using System.Globalization;
using System.Text.Json;
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

    /// <summary>The same without a string in between: "O", which has a path of its own in .NET, less the decimals that
    /// are not written.</summary>
    internal static void Write(Utf8JsonWriter json, DateTimeOffset instant)
    {
        Span<byte> text = stackalloc byte["yyyy-MM-ddTHH:mm:ss.fffffffZ".Length];
        instant.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        var end = text[..^2].TrimEnd((byte)'0').TrimEnd((byte)'.').Length;
        text[end] = (byte)'Z';
        json.WriteStringValue(text[..(end + 1)]);
    }

    private static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset instant)
    {
        var culture = CultureInfo.InvariantCulture;
        return DateTimeOffset.TryParseExact(text, _readUtc, culture, DateTimeStyles.AssumeUniversal, out instant)
            || DateTimeOffset.TryParseExact(text, _read, culture, DateTimeStyles.AdjustToUniversal, out instant);
    }
}

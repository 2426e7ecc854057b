// ID, Date and DateTime, as the contract spells them.
using System.Globalization;
using GraphQL.Types;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine;

/// <summary>Every id that a client gives is a UUID, written in lower case.</summary>
public sealed class UuidIdGraphType : GuidGraphType
{
    public UuidIdGraphType() => (Name, Description) = ("ID", "An id: UUID text in lower case.");

    /// <summary>Numbers of runs are ids too, and come as text.</summary>
    public override object? Serialize(object? value) => value switch
    {
        Guid id => id.ToString(),
        string text => text,
        _ => base.Serialize(value),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null or Guid => value,
        string text when Guid.TryParseExact(text, "D", out var id) => id,
        _ => ThrowValueConversionError(value),
    };

    public override bool CanParseValue(object? value) => value is null or Guid || (value is string text && Guid.TryParseExact(text, "D", out _));

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLStringValue text => Guid.TryParseExact(text.Value.ToString(), "D", out var id) ? id : ThrowLiteralConversionError(value),
        GraphQLNullValue => null,
        _ => ThrowLiteralConversionError(value),
    };

    public override bool CanParseLiteral(GraphQLValue value) =>
        value is GraphQLNullValue || (value is GraphQLStringValue text && Guid.TryParseExact(text.Value.ToString(), "D", out _));
}

public sealed class DateGraphType : DateOnlyGraphType
{
    public DateGraphType() => (Name, Description) = ("Date", "A calendar day, YYYY-MM-DD.");
}

public sealed class InstantGraphType : DateTimeOffsetGraphType
{
    public InstantGraphType() => (Name, Description) = ("DateTime", "An instant in UTC, ISO 8601 with up to six decimals and Z.");

    public override object? Serialize(object? value) => value is DateTimeOffset instant
        ? instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture)
        : base.Serialize(value);
}

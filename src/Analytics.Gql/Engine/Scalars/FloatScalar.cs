// The Float scalar: finite numbers only, written as short as they can be read back.
using System.Buffers.Text;
using System.Text.Json;
using GraphQL.Types;

namespace Analytics.Gql.Engine.Scalars;

/// <summary>A double; SQL <c>numeric</c> (C# decimal) is written through the nearest double, so 62.500 reads
/// 62.5.</summary>
public sealed class FloatScalar : FloatGraphType
{
    // A measure has seldom more decimals, and a number of 15 digits is the only one of so few that gives its double: so
    // it is the shortest, which to search for takes several times as long.
    private const long Parts = 1_000;
    private const double MostInParts = 1e12;

    public FloatScalar() => Name = "Float";

    public override object? ParseValue(object? value) => base.ParseValue(value) switch
    {
        double number when !double.IsFinite(number) =>
            throw InputFormatException.Of(value, "is not a finite number. Send a number between -1.8e308 and 1.8e308."),
        var number => number,
    };

    /// <summary>As the writer's own method writes it.</summary>
    internal static void Write(Utf8JsonWriter json, double value)
    {
        var parts = Math.Abs(value) < MostInParts ? (long)Math.Round(value * Parts) : 0;
        if (parts == 0 || (double)parts / Parts != value) json.WriteNumberValue(value);
        else if (parts % Parts == 0) json.WriteNumberValue(parts / Parts);
        else WriteDecimals(json, parts);
    }

    private static void WriteDecimals(Utf8JsonWriter json, long parts)
    {
        Span<byte> text = stackalloc byte[24];
        var size = Math.Abs(parts);
        text[0] = (byte)'-';
        var start = parts < 0 ? 0 : 1;
        Utf8Formatter.TryFormat(size / Parts, text[1..], out var digits);
        var end = digits + 1;
        text[end++] = (byte)'.';
        for (var (rest, unit) = (size % Parts, Parts / 10); rest > 0; rest %= unit, unit /= 10)
            text[end++] = (byte)('0' + (rest / unit));
        json.WriteRawValue(text[start..end], skipInputValidation: true);
    }
}

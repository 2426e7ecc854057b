// The Float scalar: finite numbers only, written as short as they can be read back.
using GraphQL.Types;

namespace Analytics.Gql.Engine.Scalars;

/// <summary>A double; SQL <c>numeric</c> (C# decimal) is written through the nearest double, so 62.500 reads
/// 62.5.</summary>
public sealed class FloatScalar : FloatGraphType
{
    public FloatScalar() => Name = "Float";

    public override object? ParseValue(object? value) => base.ParseValue(value) switch
    {
        double number when !double.IsFinite(number) =>
            throw InputFormatException.Of(value, "is not a finite number. Send a number between -1.8e308 and 1.8e308."),
        var number => number,
    };
}

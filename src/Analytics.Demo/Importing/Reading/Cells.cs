// One row's cells as values. The first cell that does not fit is the row's fault; the others are still read.
using System.Globalization;

namespace Analytics.Demo.Importing.Reading;

internal sealed class Cells(Columns columns, UnitSystem unit)
{
    private const int MostNameCharacters = 500;
    private const int MostNumberCharacters = 20;

    private string[] _fields = [];

    /// <summary>Null while everything fits.</summary>
    public string? Fault { get; private set; }

    public void Take(string[] fields) => (_fields, Fault) = (fields, null);

    public void Blame(string fault) => Fault ??= fault;

    public string Text(int? at) => at is { } i ? _fields[i].Trim() : "";

    public string Name(int at)
    {
        var text = Text(at);
        if (text.Length > MostNameCharacters)
            Blame(at, text, $"at most {MostNameCharacters} characters, and it has {text.Length}");
        return text;
    }

    /// <summary>Null for an empty cell and for 0, which is what the apps write for 'nothing entered'.</summary>
    public int? Count(int? at, int most)
    {
        if (Number(at, most, $"a whole number from 0 to {most}") is not { } number)
            return null;
        if (number != Math.Truncate(number))
            return Wrong<int>(at, $"a whole number from 0 to {most}");
        return number == 0 ? null : (int)number;
    }

    /// <summary>As <see cref="Count"/>, rounded down.</summary>
    public int? Seconds(int? at, int most) =>
        Number(at, most, $"seconds from 0 to {most}") is { } number && number >= 1 ? (int)number : null;

    public decimal? Rpe(int? at) => Number(at, 10, "a number from 0 to 10") is { } rpe && rpe > 0 ? rpe : null;

    /// <summary>Exactly, in kilograms or metres, of the first of the columns that has one; null as with <see cref="Count"/>.</summary>
    /// <param name="most">In the unit that the file has.</param>
    public decimal? Amount(IReadOnlyList<AmountColumn> among, IReadOnlyDictionary<string, decimal> units, int most)
    {
        foreach (var column in among)
        {
            if (Number(column.At, most, $"a number from 0 to {most}") is not { } number || number == 0)
                continue;
            if (Factor(column, units) is { } factor)
                return number * factor / 1.0000000000000000000000000000m; // Without the zeros that 60.0 would leave.
        }
        return null;
    }

    private decimal? Factor(AmountColumn column, IReadOnlyDictionary<string, decimal> units)
    {
        if (column.Unit is { } at && Units.OfCell(_fields[at]) is { Length: > 0 } named)
            return units.TryGetValue(named, out var known) ? known : Wrong<decimal>(at, $"one of {string.Join(", ", units.Keys)}");
        return column.Factor ?? units[(ReferenceEquals(units, Units.Weights), unit) switch
        {
            (true, UnitSystem.Metric) => "kg",
            (true, _) => "lb",
            (_, UnitSystem.Metric) => "km",
            _ => "mi",
        }];
    }

    /// <summary>With a point or a comma before the decimals; never with both, whose meaning nobody knows.</summary>
    private decimal? Number(int? at, int most, string expected)
    {
        var text = Text(at);
        if (text.Length == 0)
            return null;
        const NumberStyles styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        return text.Length <= MostNumberCharacters
            && decimal.TryParse(text.Replace(',', '.'), styles, CultureInfo.InvariantCulture, out var number)
            && number >= 0 && number <= most
                ? number
                : Wrong<decimal>(at, expected);
    }

    private T? Wrong<T>(int? at, string expected) where T : struct
    {
        Blame(at!.Value, Text(at), expected);
        return null;
    }

    public void Blame(int at, string value, string expected) =>
        Blame($"'{Words.Plain(columns.Header[at])}' is {(value.Length == 0 ? "empty" : Words.Quote(value))}; {expected}.");
}

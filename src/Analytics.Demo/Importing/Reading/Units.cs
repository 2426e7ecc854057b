// Kilograms, metres and what the apps write for them. Exact: the international pound and mile are defined by these numbers.
namespace Analytics.Demo.Importing.Reading;

internal static class Units
{
    public const decimal KilogramsPerPound = 0.45359237m;
    public const decimal MetresPerMile = 1609.344m;

    public static IReadOnlyDictionary<string, decimal> Weights { get; } = new Dictionary<string, decimal>
    {
        ["kg"] = 1,
        ["kgs"] = 1,
        ["lb"] = KilogramsPerPound,
        ["lbs"] = KilogramsPerPound,
    };

    public static IReadOnlyDictionary<string, decimal> Distances { get; } = new Dictionary<string, decimal>
    {
        ["m"] = 1,
        ["meters"] = 1,
        ["metres"] = 1,
        ["km"] = 1000,
        ["mi"] = MetresPerMile,
        ["miles"] = MetresPerMile,
        ["ft"] = 0.3048m,
        ["yd"] = 0.9144m,
    };

    /// <summary>The end of 'Weight (kg)', 'distance_miles' or 'lbs'.</summary>
    public static string OfHeading(string heading) =>
        heading.ToLowerInvariant().Split([' ', '_', '(', ')'], StringSplitOptions.RemoveEmptyEntries)[^1];

    /// <summary>As a cell has it: 'lbs', 'Mi.'.</summary>
    public static string OfCell(string cell) => cell.Trim().TrimEnd('.').ToLowerInvariant();
}

/// <summary>What a number without a unit means: <c>--unit</c>.</summary>
public enum UnitSystem
{
    /// <summary>Kilograms and kilometres.</summary>
    Metric,

    /// <summary>Pounds and miles.</summary>
    Imperial,
}

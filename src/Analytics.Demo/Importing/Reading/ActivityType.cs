namespace Analytics.Demo.Importing.Reading;

/// <summary>core.sessions.activity_type: neither app exports one.</summary>
internal static class ActivityType
{
    private static readonly (string Type, string[] Marks)[] Kinds =
    [
        ("run", ["run", "jog", "treadmill"]), ("ride", ["cycl", "bike", "biking", "ride", "spinning"]),
        ("row", ["row"]), ("swim", ["swim"]), ("walk", ["walk", "hik"]),
    ];

    /// <summary>'strength' unless every set has a distance; then what the exercises' names agree on, else 'cardio'.</summary>
    public static string Of(IReadOnlyList<ImportedSet> sets)
    {
        if (sets.Any(s => s.DistanceM is null))
            return "strength";
        var kinds = sets.Select(s => Kinds.FirstOrDefault(k =>
            k.Marks.Any(m => s.Exercise.Contains(m, StringComparison.OrdinalIgnoreCase))).Type).Distinct().ToArray();
        return kinds is [{ } one] ? one : "cardio";
    }
}

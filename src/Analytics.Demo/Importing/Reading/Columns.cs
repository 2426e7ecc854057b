// Which app wrote the header, and which column holds what. As exports of 2016 to 2026 have it:
//
// Strong  Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE
//         Date;Workout Name;Exercise Name;Set Order;Weight;Weight Unit;Reps;RPE;Distance;Distance Unit;Seconds;…;Workout Duration
//         "Workout #";"Date";"Workout Name";"Duration (sec)";…;"Weight (kg)";"Reps";"RPE";"Distance (meters)";"Seconds";…
//         Date,Workout Name,Exercise Name,Set Order,kg,Reps,km,Seconds,Notes
// Hevy    title,start_time,end_time,…,exercise_title,…,set_type,weight_kg|weight_lbs,reps,distance_km|distance_miles,
//         duration_seconds,rpe
namespace Analytics.Demo.Importing.Reading;

/// <summary>A column that holds an amount.</summary>
/// <param name="Factor">To kilograms, metres or seconds; null: a unit column or the importer's setting says it.</param>
/// <param name="Unit">Its unit column, where there is one.</param>
internal sealed record AmountColumn(int At, decimal? Factor, int? Unit);

/// <summary>Positions in a row; null where the export has no such column.</summary>
internal sealed record Columns
{
    private static readonly string[] StrongMarks = ["date", "workout name", "exercise name", "set order"];
    private static readonly string[] HevyMarks = ["title", "start_time", "exercise_title"];

    public required string App { get; init; }
    public required IReadOnlyList<string> Header { get; init; }
    public required int Start { get; init; }
    public required int Title { get; init; }
    public required int Exercise { get; init; }
    public required int Reps { get; init; }
    public int? Kind { get; init; }
    public int? End { get; init; }
    public int? Duration { get; init; }
    public int? Seconds { get; init; }
    public int? Rpe { get; init; }
    public required IReadOnlyList<AmountColumn> Weights { get; init; }
    public required IReadOnlyList<AmountColumn> Distances { get; init; }

    /// <exception cref="ImportRefusedException">Neither app's header, a column twice, or one missing.</exception>
    public static Columns Of(IReadOnlyList<string> header, string file)
    {
        var at = new Dictionary<string, int>();
        for (var i = 0; i < header.Count; i++)
            if (header[i].Length > 0 && !at.TryAdd(header[i].ToLowerInvariant(), i))
                throw new ImportRefusedException(
                    $"{file} has the column {Words.Quote(header[i])} twice, "
                    + $"as its {at[header[i].ToLowerInvariant()] + 1}. and its {i + 1}. Remove one.");
        // Two marks and not all of them, so that a file without one is told which.
        return StrongMarks.Count(at.ContainsKey) >= 2 ? Strong(header, new Finder(at, "Strong", file))
            : HevyMarks.Count(at.ContainsKey) >= 2 ? Hevy(header, new Finder(at, "Hevy", file))
            : throw new ImportRefusedException(
                $"{file} is no export of Strong or Hevy: its first line is {Words.List(header)}. "
                + "Strong's has Date, Workout Name, Exercise Name, Set Order; Hevy's title, start_time, exercise_title.");
    }

    private static Columns Strong(IReadOnlyList<string> header, Finder find) => new()
    {
        App = "Strong",
        Header = header,
        Start = find.Required("Date"),
        Title = find.Required("Workout Name"),
        Exercise = find.Required("Exercise Name"),
        Kind = find.Required("Set Order"),
        Reps = find.Required("Reps"),
        Duration = find.Optional("Duration (sec)") ?? find.Optional("Duration") ?? find.Optional("Workout Duration"),
        Seconds = find.Optional("Seconds"),
        Rpe = find.Optional("RPE"),
        Weights = find.Amounts(Units.Weights, required: true, "Weight", "Weight (kg)", "Weight (lb)", "Weight (lbs)", "kg", "lb", "lbs"),
        Distances = find.Amounts(Units.Distances, required: false,
            "Distance", "Distance (meters)", "Distance (m)", "Distance (km)", "Distance (mi)", "Distance (miles)", "km", "mi", "miles"),
    };

    private static Columns Hevy(IReadOnlyList<string> header, Finder find) => new()
    {
        App = "Hevy",
        Header = header,
        Start = find.Required("start_time"),
        Title = find.Required("title"),
        Exercise = find.Required("exercise_title"),
        Kind = find.Optional("set_type"), // Not in its first exports.
        Reps = find.Required("reps"),
        End = find.Optional("end_time"),
        Seconds = find.Optional("duration_seconds"),
        Rpe = find.Optional("rpe"),
        Weights = find.Amounts(Units.Weights, required: true, "weight_kg", "weight_lbs", "weight_lb"),
        Distances = find.Amounts(Units.Distances, required: false, "distance_km", "distance_miles", "distance_mi", "distance_meters"),
    };

    private sealed class Finder(Dictionary<string, int> at, string app, string file)
    {
        public int? Optional(string heading) => at.TryGetValue(heading.ToLowerInvariant(), out var index) ? index : null;

        public int Required(string heading) => Optional(heading) ?? throw Missing($"'{heading}'");

        /// <summary>Those there are; the unit is what the heading ends with, or stands in a column beside.</summary>
        public List<AmountColumn> Amounts(IReadOnlyDictionary<string, decimal> units, bool required, params string[] headings)
        {
            var found = new List<AmountColumn>();
            foreach (var heading in headings)
                if (Optional(heading) is { } index)
                    found.Add(new AmountColumn(
                        index, units.TryGetValue(Units.OfHeading(heading), out var factor) ? factor : null, Optional($"{heading} Unit")));
            return found.Count > 0 || !required ? found : throw Missing(string.Join(" or ", headings.Take(2).Select(h => $"'{h}'")));
        }

        private ImportRefusedException Missing(string what) =>
            new($"{file} looks like an export of {app} but has no column {what}. Export it again, or add the column.");
    }
}

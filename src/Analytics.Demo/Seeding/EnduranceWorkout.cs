namespace Analytics.Demo.Seeding;

/// <summary>A run or a ride: one set for a steady one, a set a lap for intervals.</summary>
internal static class EnduranceWorkout
{
    private static readonly string[] RunTitles = ["Easy run", "Morning run", "Tempo run", "Trail run 🌲", "Läufchen"];
    private static readonly string[] RideTitles = ["Commute", "Evening ride", "Coffee ride ☕", "Hill repeats", "Grand tour"];

    public static string Title(string activity, Chance chance) => chance.Of(activity == "run" ? RunTitles : RideTitles);

    /// <returns>The sets, the seconds they take, and the metres they cover.</returns>
    public static (IReadOnlyList<WorkoutSet> Sets, int DurationS, decimal DistanceM) Sets(
        Athlete athlete, string activity, double form, Guid sessionId, bool isLong, Chance chance)
    {
        var riding = activity == "ride";
        var exercise = riding ? ExerciseCatalogue.Cycling : ExerciseCatalogue.Running;
        // Metres a second; half of what strength gains shows in speed.
        var speed = (riding ? 7.2 : 2.75) * athlete.SpeedFactor * (1 + (form - 1) / 2) * chance.Between(0.95, 1.05);
        var totalM = (riding ? chance.Between(14_000, 45_000) : chance.Between(4_000, 11_000)) * (isLong ? 1.9 : 1.0);
        var laps = chance.Happens(0.2) ? chance.Between(4, 8) : chance.Happens(0.4) ? 2 : 1;

        var sets = new List<WorkoutSet>(laps);
        for (var lap = 0; lap < laps; lap++)
        {
            var metres = Math.Round((decimal)(totalM / laps * chance.Between(0.97, 1.03)), 1);
            var seconds = (int)((double)metres / speed * chance.Between(0.96, 1.04));
            decimal? effort = chance.Happens(0.6) ? chance.Between(3, 8) : null;
            // The first of several laps is the jog before the work.
            sets.Add(new WorkoutSet(
                chance.Id(), sessionId, exercise.Id, lap, laps > 3 && lap == 0, null, null, effort, metres, seconds));
        }
        return (sets, sets.Sum(s => s.DurationS ?? 0), sets.Sum(s => s.DistanceM ?? 0));
    }
}

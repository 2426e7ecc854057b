namespace Analytics.Demo.Seeding;

/// <summary>Four to seven exercises of a programme, three or four working sets each, warm-ups before the heavy ones.</summary>
internal static class StrengthWorkout
{
    public static IReadOnlyList<WorkoutSet> Sets(
        Athlete athlete, Programme programme, double form, Guid sessionId, Chance chance)
    {
        var sets = new List<WorkoutSet>(28);
        // Some athletes' habit is to note effort seldom; here it is a matter of the day.
        var notesEffort = chance.Happens(0.85);
        var exercises = programme.Exercises.Take(chance.Between(4, 7)).ToArray();
        for (var place = 0; place < exercises.Length; place++)
            Exercise(sets, athlete, exercises[place], place, form, sessionId, notesEffort, chance);
        return sets;
    }

    private static void Exercise(
        List<WorkoutSet> sets, Athlete athlete, Exercise exercise, int place, double form, Guid sessionId,
        bool notesEffort, Chance chance)
    {
        var reps = place == 0 ? chance.Between(4, 6) : place < 3 ? chance.Between(6, 10) : chance.Between(8, 15);
        var working = WeightKg(athlete, exercise, form, reps);
        var warmUps = place == 0 ? chance.Between(1, 3) : place == 1 && chance.Happens(0.5) ? 1 : 0;
        for (var i = 0; i < warmUps && exercise.LoadShare > 0; i++)
            Add(true, 8 - 2 * i, Rounded((double)(working ?? 20m) * (0.45 + 0.2 * i), exercise.StepKg), null);

        var count = chance.Between(3, 4);
        for (var i = 0; i < count; i++)
        {
            var tired = Math.Max(1, reps - (chance.Happens(0.4) ? i : 0));
            decimal? effort = notesEffort && chance.Happens(0.92)
                ? Math.Min(10m, 6.5m + 0.5m * i + 0.5m * chance.Between(0, 3))
                : null;
            // Now and then somebody forgets to note the weight or the repetitions.
            Add(false, chance.Happens(0.01) ? null : tired, chance.Happens(0.01) ? null : working, effort);
        }

        void Add(bool isWarmup, int? count, decimal? weightKg, decimal? rpe) => sets.Add(new WorkoutSet(
            chance.Id(), sessionId, exercise.Id, sets.Count, isWarmup, exercise.Held ? null : count, weightKg, rpe,
            null, exercise.Held ? chance.Between(30, 120) : null));
    }

    private static decimal? WeightKg(Athlete athlete, Exercise exercise, double form, int reps)
    {
        if (exercise.LoadShare == 0)
            return null;
        // Epley's formula, turned round: fewer repetitions, more weight.
        var ofTen = (1 + 10 / 30.0) / (1 + reps / 30.0);
        var weight = athlete.BodyWeightKg * exercise.LoadShare * athlete.StrengthFactor * form * ofTen;
        return Rounded(weight, exercise.StepKg);
    }

    private static decimal Rounded(double weightKg, double stepKg) =>
        (decimal)(Math.Max(1, Math.Round(weightKg / stepKg)) * stepKg);
}

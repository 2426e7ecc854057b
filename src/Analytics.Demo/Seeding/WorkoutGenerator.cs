// athlete ⇒ weeks that are not rest weeks ⇒ days of the week ⇒ a strength or an endurance workout a day
//         ⇒ what people leave out: a title, a distance, the end
namespace Analytics.Demo.Seeding;

/// <summary>One athlete's workouts, ascending, at most one a day.</summary>
public static class WorkoutGenerator
{
    /// <summary>How often a session of the past was never ended: the app was closed.</summary>
    private const double ForgottenEnds = 0.012;

    public static IEnumerable<Workout> Workouts(SeedPlan plan, Athlete athlete)
    {
        var chance = new Chance($"{plan.Seed} workouts {athlete.Id}");
        var strengthDays = 0;
        for (var week = 0; week < plan.Weeks; week++)
        {
            if (athlete.RestWeeks.Contains(week))
                continue;
            foreach (var day in Days(athlete, chance))
            {
                var startedAt = StartOf(plan.FirstMonday.AddDays(7 * week + day), athlete, day, chance);
                var workout = chance.Happens(athlete.StrengthShare)
                    ? Strength(athlete, strengthDays++, week, startedAt, chance)
                    : Endurance(athlete, week, startedAt, isLong: day >= 5 && chance.Happens(0.5), chance);
                if (startedAt <= plan.Until)
                    yield return Finished(workout, plan.Until, chance);
            }
        }
    }

    private static IReadOnlyList<int> Days(Athlete athlete, Chance chance)
    {
        var whole = (int)athlete.SessionsPerWeek;
        var count = whole + (chance.Happens(athlete.SessionsPerWeek - whole) ? 1 : 0);
        // Weeks are not alike: sometimes one more, sometimes two fewer.
        if (athlete.Habit != Habit.Rare)
            count += chance.Happens(0.15) ? 1 : chance.Happens(0.12) ? -2 : 0;
        return chance.Some(Math.Clamp(count, 0, 7), 7);
    }

    private static DateTimeOffset StartOf(DateTimeOffset day, Athlete athlete, int dayOfWeek, Chance chance)
    {
        var usual = day.AddHours(athlete.UsualHour).AddMinutes(chance.Between(0, 150)).AddSeconds(chance.Between(0, 59));
        // Late on Sunday in UTC is Monday for half the world: the weeks' borders need sessions on both sides.
        if (dayOfWeek == 6 && chance.Happens(0.08))
            return day.AddHours(23).AddMinutes(chance.Between(0, 59)).AddSeconds(59);
        if (dayOfWeek == 0 && chance.Happens(0.03))
            return day.AddMinutes(chance.Between(0, 20));
        return usual;
    }

    private static Workout Strength(Athlete athlete, int number, int week, DateTimeOffset startedAt, Chance chance)
    {
        var id = chance.Id();
        var programme = athlete.Split[number % athlete.Split.Count];
        var sets = StrengthWorkout.Sets(athlete, programme, athlete.FormByWeek[week], id, chance);
        var endedAt = startedAt.AddSeconds(sets.Count * chance.Between(130, 190) + chance.Between(200, 600));
        var title = chance.Happens(0.15) ? null : chance.Happens(0.1) ? $"{programme.Name} 💪" : programme.Name;
        return new Workout(id, athlete.Id, "strength", title, startedAt, endedAt, null, sets);
    }

    private static Workout Endurance(Athlete athlete, int week, DateTimeOffset startedAt, bool isLong, Chance chance)
    {
        var id = chance.Id();
        var (sets, durationS, distanceM) =
            EnduranceWorkout.Sets(athlete, athlete.Endurance, athlete.FormByWeek[week], id, isLong, chance);
        var endedAt = startedAt.AddSeconds(durationS + chance.Between(0, 300));
        var title = chance.Happens(0.3) ? null : EnduranceWorkout.Title(athlete.Endurance, chance);
        // A watch gives the session a distance and no laps, or both; a gym's treadmill gives laps alone; a few have neither.
        var kind = chance.Between(0, 99);
        decimal? ofSession = kind < 70 ? Math.Round(distanceM * 1.004m, 1) : null;
        if (kind is >= 15 and < 30)
            sets = [];
        else if (kind >= 97)
            sets = [.. sets.Select(s => s with { DistanceM = null })];
        return new Workout(id, athlete.Id, athlete.Endurance, title, startedAt, endedAt, ofSession, sets);
    }

    private static Workout Finished(Workout workout, DateTimeOffset until, Chance chance) =>
        chance.Happens(ForgottenEnds) || workout.EndedAt > until ? workout with { EndedAt = null } : workout;
}

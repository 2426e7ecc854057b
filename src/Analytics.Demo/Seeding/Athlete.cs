namespace Analytics.Demo.Seeding;

/// <summary>How someone trains: sessions a week and their kinds.</summary>
public enum Habit
{
    /// <summary>Some of everything.</summary>
    Hybrid,
    Lifter,
    Runner,
    Rider,

    /// <summary>A few sessions a year.</summary>
    Rare,
}

/// <summary>One user of the app and what decides their year.</summary>
/// <param name="FormByWeek">Strength and pace over those of the first week: rises, stalls, dips in a deload week.</param>
/// <param name="RestWeeks">Weeks (0 = first) without a session: holidays, illness.</param>
/// <param name="SessionsPerWeek">On average, in weeks that are not rest weeks.</param>
/// <param name="StrengthShare">Of the sessions; the others are <paramref name="Endurance"/>.</param>
/// <param name="UsualHour">UTC.</param>
public sealed record Athlete(
    Guid Id, string DisplayName, DateTimeOffset CreatedAt, Habit Habit, string Endurance, double BodyWeightKg,
    double StrengthFactor, double SpeedFactor, double SessionsPerWeek, double StrengthShare, int UsualHour,
    IReadOnlyList<Programme> Split, IReadOnlyList<double> FormByWeek, IReadOnlySet<int> RestWeeks)
{
    private static readonly string[] FirstNames =
    [
        "Ada", "Björn", "Chloé", "Dmitri", "Eşref", "Fatima", "Grzegorz", "Hanna", "İpek", "Jamal", "Kōji", "Łucja", "María",
        "Nguyễn", "Oisín", "Priya", "Quentin", "Rūta", "Søren", "Thảo", "Ülle", "Víctor", "Wanjirũ", "Xochitl", "Yasmin", "Zoë",
        "Лев", "Ольга", "Ελένη", "Νίκος", "さくら", "健太", "美玲", "지우", "مريم", "יעל", "आरव", "อรุณ",
    ];

    private static readonly string[] LastNames =
    [
        "Ångström", "Brontë", "Čapek", "Dvořák", "El-Sayed", "Fernández", "Głowacki", "Hernández", "Işık", "Jørgensen", "Kovács",
        "Lindqvist", "Müller", "Núñez", "O’Brien", "Pham", "Rossi", "Šimková", "Tanaka", "Vašek", "Wójcik", "Yıldız", "Žižek",
        "Смирнова", "Παππάς", "山田", "김", "🚴", "🏋️‍♀️",
    ];

    /// <summary>The athlete at a place in the plan. The first is a hybrid, who has everything there is to show.</summary>
    public static Athlete At(SeedPlan plan, int number)
    {
        var chance = new Chance($"{plan.Seed} athlete {number}");
        var habit = HabitOf(number);
        var (perWeek, strength) = habit switch
        {
            Habit.Hybrid => (chance.Between(4.3, 5.1), 0.48),
            Habit.Lifter => (chance.Between(4.0, 5.0), 0.72),
            Habit.Runner => (chance.Between(4.2, 5.4), 0.20),
            Habit.Rider => (chance.Between(4.0, 5.4), 0.22),
            _ => (0.12, 0.5),
        };
        return new Athlete(
            chance.Id(), $"{chance.Of(FirstNames)} {chance.Of(LastNames)}",
            plan.FirstMonday.AddDays(-chance.Between(1, 400)), habit,
            habit == Habit.Rider || (habit == Habit.Lifter && chance.Happens(0.4)) ? "ride" : "run",
            chance.Between(52.0, 98.0), chance.Between(0.75, 1.45), chance.Between(0.85, 1.25), perWeek, strength,
            chance.Happens(0.4) ? chance.Between(5, 7) : chance.Between(16, 19),
            SplitOf(chance), Form(plan.Weeks, chance), Rests(plan.Weeks, chance));
    }

    private static Habit HabitOf(int number) => (number % 12) switch
    {
        0 or 3 or 6 or 8 => Habit.Hybrid,
        1 or 4 or 7 or 10 => Habit.Lifter,
        2 or 9 => Habit.Runner,
        5 => Habit.Rider,
        _ => Habit.Rare,
    };

    private static IReadOnlyList<Programme> SplitOf(Chance chance)
    {
        var all = ExerciseCatalogue.Programmes;
        return chance.Between(0, 2) switch { 0 => [all[0], all[1], all[2]], 1 => [all[3], all[4]], _ => [all[5], all[0], all[4]] };
    }

    // A gain each week until it stalls for some weeks; every seventh week or so is a lighter one.
    private static double[] Form(int weeks, Chance chance)
    {
        var form = new double[weeks];
        var (level, stalledUntil, deload) = (1.0, 0, chance.Between(5, 8));
        for (var week = 0; week < weeks; week++)
        {
            if (week >= stalledUntil)
            {
                level += chance.Between(0.004, 0.012) * Math.Max(0.2, 1.6 - level);
                if (chance.Happens(0.08))
                    stalledUntil = week + chance.Between(4, 9);
            }
            form[week] = week % deload == deload - 1 ? level * 0.88 : level;
        }
        return form;
    }

    private static HashSet<int> Rests(int weeks, Chance chance)
    {
        var rests = new HashSet<int>(Enumerable.Range(0, weeks).Where(_ => chance.Happens(0.04)));
        // One longer break a year; never the last weeks, which the demo shows first.
        for (var from = chance.Between(4, 40); from + 2 < weeks - 4; from += 52)
            rests.UnionWith([from, from + 1]);
        rests.RemoveWhere(w => w >= weeks - 4);
        return rests;
    }
}

using Analytics.Demo.Seeding;

namespace Analytics.Gql.Tests.Demo;

/// <summary>The default year, generated once; no database.</summary>
public sealed class SeedTests(SeedTests.Year year) : IClassFixture<SeedTests.Year>
{
    private static readonly DateTimeOffset Until = new(2026, 1, 14, 12, 0, 0, TimeSpan.Zero);

    public sealed class Year
    {
        public SeedPlan Plan { get; } = SeedPlan.Year(Until);
        public IReadOnlyList<Athlete> Athletes { get; }
        public IReadOnlyList<Workout> Workouts { get; }
        public IReadOnlyList<WorkoutSet> Sets { get; }

        public Year()
        {
            Athletes = [.. Enumerable.Range(0, Plan.Users).Select(n => Athlete.At(Plan, n))];
            Workouts = [.. Athletes.SelectMany(a => WorkoutGenerator.Workouts(Plan, a))];
            Sets = [.. Workouts.SelectMany(w => w.Sets)];
        }
    }

    [Fact]
    public void The_default_year_is_about_10_000_sessions_and_120_000_sets()
    {
        Assert.Equal(50, year.Athletes.Count);
        Assert.InRange(year.Workouts.Count, 9_000, 11_000);
        Assert.InRange(year.Sets.Count, 108_000, 132_000);
    }

    [Fact]
    public void The_same_plan_gives_the_same_rows()
    {
        var again = new Year();
        Assert.Equal(year.Workouts.Select(w => w with { Sets = [] }).Select(Text), again.Workouts.Select(Text));
        Assert.Equal(year.Sets, again.Sets);

        static string Text(Workout w) => $"{w.Id} {w.UserId} {w.ActivityType} {w.Title} {w.StartedAt:O} {w.EndedAt:O} {w.DistanceM}";
    }

    [Fact]
    public void Another_seed_gives_other_rows()
    {
        var other = year.Plan with { Seed = year.Plan.Seed + 1 };
        Assert.Empty(Ids(Athlete.At(other, 0), other).Intersect(Ids(year.Athletes[0], year.Plan)));

        static IEnumerable<Guid> Ids(Athlete athlete, SeedPlan plan) =>
            WorkoutGenerator.Workouts(plan, athlete).Select(w => w.Id).Append(athlete.Id);
    }

    [Fact]
    public void More_users_change_nothing_for_the_first_ones()
    {
        var more = year.Plan with { Users = 500 };
        Assert.Equal(
            WorkoutGenerator.Workouts(year.Plan, year.Athletes[7]).Select(w => w.Id),
            WorkoutGenerator.Workouts(more, Athlete.At(more, 7)).Select(w => w.Id));
    }

    [Fact]
    public void Ids_are_unique()
    {
        Guid[] ids =
        [
            .. year.Athletes.Select(a => a.Id), .. ExerciseCatalogue.All.Select(e => e.Id),
            .. year.Workouts.Select(w => w.Id), .. year.Sets.Select(s => s.Id),
        ];
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Sets_belong_to_their_session_in_order_and_to_known_exercises()
    {
        var exercises = ExerciseCatalogue.All.Select(e => e.Id).ToHashSet();
        Assert.All(year.Workouts, w =>
        {
            Assert.All(w.Sets, s => Assert.Equal(w.Id, s.SessionId));
            Assert.Equal(Enumerable.Range(0, w.Sets.Count), w.Sets.Select(s => s.SetIndex));
        });
        Assert.All(year.Sets, s => Assert.Contains(s.ExerciseId, exercises));
    }

    [Fact]
    public void Sessions_end_after_they_start_and_never_in_the_future()
    {
        Assert.All(year.Workouts, w => Assert.True(w.StartedAt <= Until));
        Assert.All(year.Workouts.Where(w => w.EndedAt is not null), w =>
        {
            Assert.InRange(w.EndedAt!.Value - w.StartedAt, TimeSpan.FromMinutes(5), TimeSpan.FromHours(8));
            Assert.True(w.EndedAt <= Until);
        });
    }

    [Fact]
    public void The_plans_weeks_are_spanned_and_nothing_lies_outside()
    {
        var weeks = year.Workouts.Select(w => SeedPlan.Monday(w.StartedAt)).Distinct().Order().ToArray();
        Assert.Equal(new DateTimeOffset(2025, 1, 20, 0, 0, 0, TimeSpan.Zero), weeks[0]);
        Assert.Equal(new DateTimeOffset(2026, 1, 12, 0, 0, 0, TimeSpan.Zero), weeks[^1]);
        Assert.Equal(52, weeks.Length);
    }

    [Fact]
    public void Some_things_are_missing_and_most_are_not()
    {
        InShare(0.10, 0.35, year.Workouts, w => w.Title is null);
        InShare(0.005, 0.03, year.Workouts, w => w.EndedAt is null);
        InShare(0.05, 0.35, year.Workouts.Where(w => w.ActivityType != "strength"), w => w.DistanceM is null);
        InShare(0.15, 0.40, year.Sets, s => s.Rpe is null);
        InShare(0.03, 0.25, year.Sets, s => s.WeightKg is null);
        InShare(0.04, 0.15, year.Sets, s => s.IsWarmup);
    }

    [Fact]
    public void Strength_runs_and_rides_all_occur_and_so_does_late_Sunday()
    {
        foreach (var activity in (string[])["strength", "run", "ride"])
            InShare(0.08, 0.70, year.Workouts, w => w.ActivityType == activity);
        InShare(0.003, 0.03, year.Workouts, w => w.StartedAt is { DayOfWeek: DayOfWeek.Sunday, Hour: 23 });
    }

    [Fact]
    public void A_few_users_hardly_ever_train_and_the_others_rest_in_some_weeks()
    {
        var rare = year.Athletes.Where(a => a.Habit == Habit.Rare).ToArray();
        Assert.InRange(rare.Length, 2, 8);
        Assert.All(rare, a => Assert.InRange(Of(a).Count(), 0, 20));
        Assert.All(year.Athletes.Except(rare), a =>
            Assert.InRange(Of(a).Select(w => SeedPlan.Monday(w.StartedAt)).Distinct().Count(), 40, 51));

        IEnumerable<Workout> Of(Athlete athlete) => year.Workouts.Where(w => w.UserId == athlete.Id);
    }

    [Fact]
    public void Lifters_are_stronger_at_the_end_than_at_the_start()
    {
        var squatOrPress = ExerciseCatalogue.Programmes.Select(p => p.Exercises[0].Id).ToHashSet();
        var mean = year.Workouts.Where(w => w.ActivityType == "strength")
            .ToLookup(w => (w.StartedAt - year.Plan.FirstMonday).Days / 7 / 13, w => w.Sets);
        Assert.InRange(Mean(3) / Mean(0), 1.08m, 1.6m);

        decimal Mean(int quarter) => mean[quarter].SelectMany(s => s)
            .Where(s => squatOrPress.Contains(s.ExerciseId) && !s.IsWarmup).Average(s => s.WeightKg ?? 0);
    }

    [Fact]
    public void Names_and_exercises_are_what_an_app_meets()
    {
        Assert.InRange(ExerciseCatalogue.All.Count, 38, 45);
        Assert.Contains(year.Athletes, a => a.DisplayName.Any(c => c > 0x2ff));
        Assert.Equal(Habit.Hybrid, year.Athletes[0].Habit);
    }

    [Theory]
    [InlineData(0, 52, "--users 0 is outside 1..10000")]
    [InlineData(50, 521, "--weeks 521 is outside 1..520")]
    public void A_plan_out_of_bounds_says_the_value_and_the_limit(int users, int weeks, string says) =>
        Assert.Contains(says, Assert.Throws<ArgumentOutOfRangeException>(
            () => new SeedPlan(users, weeks, 1, Until).Checked()).Message, StringComparison.Ordinal);

    private static void InShare<T>(double low, double high, IEnumerable<T> all, Func<T, bool> which)
    {
        var list = all.ToArray();
        Assert.InRange(list.Count(which) / (double)list.Length, low, high);
    }
}

namespace Analytics.Demo.Seeding;

/// <summary>What to seed. Equal plans give equal data, to the last id.</summary>
/// <param name="Users">At least 1.</param>
/// <param name="Weeks">ISO weeks, of which the last is the one that <paramref name="Until"/> lies in; at least 1.</param>
/// <param name="Seed">Another seed gives another, equally plausible year.</param>
/// <param name="Until">Nothing starts or ends after this instant.</param>
public sealed record SeedPlan(int Users, int Weeks, int Seed, DateTimeOffset Until)
{
    /// <summary>A year of 50 users: about 10,000 sessions and 120,000 sets.</summary>
    public static SeedPlan Year(DateTimeOffset until) => new(Users: 50, Weeks: 52, Seed: 8, until);

    /// <summary>Monday 00:00 UTC of the first week.</summary>
    public DateTimeOffset FirstMonday => Monday(Until).AddDays(-7 * (Weeks - 1));

    /// <summary>Monday 00:00 UTC of the ISO week that an instant lies in.</summary>
    public static DateTimeOffset Monday(DateTimeOffset instant)
    {
        var day = new DateTimeOffset(instant.UtcDateTime.Date, TimeSpan.Zero);
        return day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
    }

    /// <exception cref="ArgumentOutOfRangeException">Too few, or more than a demo should hold.</exception>
    public SeedPlan Checked()
    {
        Bound(nameof(Users), Users, 10_000);
        Bound(nameof(Weeks), Weeks, 520);
        return this;

        static void Bound(string name, int value, int limit)
        {
            if (value < 1 || value > limit)
                throw new ArgumentOutOfRangeException(
                    name, value, $"--{name.ToLowerInvariant()} {value} is outside 1..{limit}. Choose one within.");
        }
    }
}

/// <summary>How far the seeding is: athletes written of all.</summary>
public readonly record struct SeedProgress(int Users, int OfUsers, long Sessions, long Sets);

/// <summary>What was written.</summary>
/// <param name="Featured">A user who trains most weeks, strength and endurance: the one to show first.</param>
public sealed record SeedSummary(int Users, int Exercises, long Sessions, long Sets, Guid Featured, TimeSpan Elapsed);

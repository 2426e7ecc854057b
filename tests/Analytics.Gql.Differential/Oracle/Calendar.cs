// Which week an instant falls into, by .NET's own knowledge of time zones.
namespace Analytics.Gql.Differential.Oracle;

public sealed record Calendar(string TimeZone, DayOfWeek FirstDay)
{
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    /// <summary>That of the stored weeks.</summary>
    public static Calendar Iso { get; } = new("UTC", DayOfWeek.Monday);

    /// <returns>The week's first day.</returns>
    public DateOnly WeekOf(DateTime utc)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(utc.ToUniversalTime(), _zone));
        return day.AddDays(-(((int)day.DayOfWeek - (int)FirstDay + 7) % 7));
    }

    public override string ToString() => $"{TimeZone} from {FirstDay}";
}

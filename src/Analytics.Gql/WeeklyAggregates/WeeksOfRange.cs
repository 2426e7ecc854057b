// Weeks as the API counts them: those that overlap an inclusive range of days.
using Analytics.Gql.Engine.Limits;
using Analytics.Store.Readers;

namespace Analytics.Gql.WeeklyAggregates;

internal static class WeeksOfRange
{
    /// <summary>The Monday of a day's week; day 1 of the calendar is one, so none lies before it.</summary>
    public static DateOnly Monday(DateOnly day) => WeekCalendar.Iso.WeekOf(day);

    /// <summary>How many weeks the days overlap; below 1 when they are reversed.</summary>
    public static int Count(DateOnly from, DateOnly to, WeekCalendar calendar) =>
        (calendar.WeekOf(to).DayNumber - calendar.WeekOf(from).DayNumber + 6) / 7 + 1;
}

/// <summary>The field's lists are as long as the weeks from its argument <c>from</c> to its argument
/// <c>to</c>.</summary>
public sealed class ListSizeOfRangeAttribute : ListSizeSourceAttribute
{
    /// <summary>No setting admits more weeks: the field itself then says what is wrong with the range.</summary>
    private const int MostWeeks = LimitOptions.MostWeeksPerRange;

    public override long SizeOf(IReadOnlyDictionary<string, object?> arguments) =>
        arguments.GetValueOrDefault("from") is DateOnly from && arguments.GetValueOrDefault("to") is DateOnly to
            ? Math.Clamp(WeeksOfRange.Count(from, to, WeekCalendar.Iso), 0, MostWeeks)
            : MostWeeks;
}

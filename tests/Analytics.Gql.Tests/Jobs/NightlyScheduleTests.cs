// When a night counts as missed: no full refresh has begun since the latest 02:00 UTC.
using System.Globalization;
using Analytics.Gql.Jobs;

namespace Analytics.Gql.Tests.Jobs;

public sealed class NightlyScheduleTests
{
    [Theory]
    [InlineData(null, "2026-11-24T12:00:00", true)]
    [InlineData("2026-11-24T02:00:00", "2026-11-24T12:00:00", false)]
    [InlineData("2026-11-24T01:59:59", "2026-11-24T02:00:00", true)]
    [InlineData("2026-11-24T01:59:59", "2026-11-24T01:59:59", false)]
    [InlineData("2026-11-23T02:00:00", "2026-11-24T01:59:59", false)]
    [InlineData("2026-11-22T02:30:00", "2026-11-24T01:59:59", true)]
    public void A_night_is_missed_when_nothing_was_refreshed_since_two_o_clock(string? last, string now, bool missed) =>
        Assert.Equal(missed, NightlySchedule.IsMissed(last is null ? null : Utc(last), Utc(now)));

    private static DateTime Utc(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}

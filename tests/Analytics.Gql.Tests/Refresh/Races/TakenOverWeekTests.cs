// Weeks of another zone that are taken over from UTC's: only where nothing of the user is pending, or two aggregates that
// were drained apart would be mixed.
using Analytics.Store.Readers;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class TakenOverWeekTests : RaceTest
{
    private static readonly DateOnly Week = new(2026, 3, 2), Next = new(2026, 3, 9);

    /// <summary>
    /// A session that starts between the midnights is staged; somebody asks for its week to be refreshed, and that is
    /// drained first. The week in UTC has the session, and nothing says yet that in Berlin it belongs to the next.
    /// </summary>
    [Fact]
    public async Task A_week_that_was_drained_before_its_session_is_not_taken_over()
    {
        var folded = await FoldedAsync(intoMatview: true);
        await Workouts.DrainAsync();
        await Database.ExecuteAsync(
            "insert into analytics.staging_changes (user_id, week) values (@User, @Week)", new { folded.User, Week });
        await Workouts.SessionAsync(folded.User, "2026-03-08T23:30:00Z", distanceM: 1000m);
        await new Drain(Database.DataSource, maxRows: 1).RunBatchAsync(CancellationToken.None);
        Assert.Equal(1000m, await Database.ScalarAsync<decimal>(
            "select total_distance_m from analytics.weekly_aggregates_current where user_id = @User", new { folded.User }));

        var (stale, pending) = await InBerlinAsync(folded.User);
        Assert.Equal((Week, 1, 0.0), Assert.Single(stale));
        Assert.Equal(1, pending);

        await Workouts.DrainAsync();
        var (fresh, none) = await InBerlinAsync(folded.User);
        Assert.Equal([(Week, 1, 0.0), (Next, 1, 1000.0)], fresh);
        Assert.Equal(0, none);
    }

    private async Task<(IReadOnlyList<(DateOnly, int, double)> Weeks, int Pending)> InBerlinAsync(Guid user)
    {
        var range = new WeekRange(user, Week, Next, new WeekCalendar("Europe/Berlin", DayOfWeek.Monday));
        var answer = (await new WeeklyAggregatesReader(Database.DataSource).ReadAsync(
            [range], default, ReadSource.Incremental, CancellationToken.None))[range];
        return ([.. answer.Weeks.Select(w => (w.WeekStart, w.SessionCount, w.TotalDistanceM))], answer.Freshness.PendingChanges);
    }
}

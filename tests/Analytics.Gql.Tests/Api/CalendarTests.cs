// Weeks as people live them: other time zones and first days, across daylight-saving changes, with and without gaps.
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Api;

public sealed class CalendarTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Weeks = """
        query ($userId: ID!, $from: Date!, $to: Date!, $zone: String!, $day: Weekday!, $gaps: Boolean! = false) {
          weeklyAggregates(userId: $userId, from: $from, to: $to, timeZone: $zone, weekStartsOn: $day, fillGaps: $gaps) {
            nodes { weekStart sessionCount totalVolumeKg totalDistanceM totalDurationS avgRpe setCount exerciseCount sessions { startedAt } }
            totals { weekCount sessionCount totalVolumeKg exerciseCount }
            freshness { source pendingChanges }
          }
        }
        """;

    // The instants stand around local midnights: of an ordinary week's end, of the nights when clocks change, of the day
    // that Samoa skipped, of midnights that did not exist (São Paulo) or came twice (Havana, the Azores).
    [Theory]
    [InlineData("Europe/Berlin", "MONDAY", "2026-03-29T21:59:59Z", "2026-03-23")]
    [InlineData("Europe/Berlin", "MONDAY", "2026-03-29T22:00:00Z", "2026-03-30")]
    [InlineData("Europe/Berlin", "MONDAY", "2026-10-25T22:59:59Z", "2026-10-19")]
    [InlineData("Europe/Berlin", "MONDAY", "2026-10-25T23:00:00Z", "2026-10-26")]
    [InlineData("Asia/Kathmandu", "MONDAY", "2026-03-01T18:14:59Z", "2026-02-23")]
    [InlineData("Asia/Kathmandu", "MONDAY", "2026-03-01T18:15:00Z", "2026-03-02")]
    [InlineData("America/New_York", "SUNDAY", "2026-03-08T04:59:59Z", "2026-03-01")]
    [InlineData("America/New_York", "SUNDAY", "2026-03-08T05:00:00Z", "2026-03-08")]
    [InlineData("Africa/Cairo", "SATURDAY", "2026-01-02T21:59:59Z", "2025-12-27")]
    [InlineData("Africa/Cairo", "SATURDAY", "2026-01-02T22:00:00Z", "2026-01-03")]
    [InlineData("Pacific/Apia", "MONDAY", "2011-12-30T09:59:59Z", "2011-12-26")]
    [InlineData("Pacific/Apia", "SATURDAY", "2011-12-30T10:00:00Z", "2011-12-31")]
    [InlineData("Pacific/Kiritimati", "MONDAY", "2026-03-01T09:59:59Z", "2026-02-23")]
    [InlineData("Pacific/Kiritimati", "MONDAY", "2026-03-01T10:00:00Z", "2026-03-02")]
    [InlineData("America/Sao_Paulo", "SUNDAY", "2018-11-04T02:59:59Z", "2018-10-28")]
    [InlineData("America/Sao_Paulo", "SUNDAY", "2018-11-04T03:00:00Z", "2018-11-04")]
    [InlineData("America/Havana", "SUNDAY", "2026-11-01T04:30:00Z", "2026-11-01")]
    [InlineData("America/Havana", "SUNDAY", "2026-11-01T05:30:00Z", "2026-11-01")]
    [InlineData("Atlantic/Azores", "SUNDAY", "2026-10-25T00:30:00Z", "2026-10-25")]
    public async Task An_instant_belongs_to_the_week_that_it_falls_into_there(string zone, string day, string instant, string week)
    {
        var user = await server.Workouts.UserAsync();
        await server.Workouts.SessionAsync(user, instant);
        await server.FreshAsync();
        foreach (var (from, to) in ((string, string)[])[(week, week), ("2011-01-01", "2012-12-01"), ("2018-01-01", "2019-12-01"), ("2025-12-27", "2026-12-31")])
        {
            var nodes = (await AskAsync(user, from, to, zone, day)).GetProperty("nodes");
            Assert.All(nodes.EnumerateArray(), n => Assert.Equal(week, n.GetProperty("weekStart").GetString()));
            Assert.True(nodes.GetArrayLength() == 1 || from != week, $"{zone}: nothing in the week of {week}");
            foreach (var node in nodes.EnumerateArray())
                Assert.Equal(DateTimeOffset.Parse(instant, null), node.GetProperty("sessions")[0].GetProperty("startedAt").GetDateTimeOffset());
        }
    }

    [Fact]
    public async Task The_iso_week_in_utc_is_the_same_from_both_views()
    {
        var user = await server.Workouts.UserAsync();
        var (squat, bench) = (await server.Workouts.ExerciseAsync(), await server.Workouts.ExerciseAsync("Bench"));
        for (var i = 0; i < 12; i++)
        {
            var session = await server.Workouts.SessionAsync(
                user, $"2026-03-{1 + 2 * i:00}T23:30:00Z", i % 3 == 0 ? null : $"2026-03-{2 + 2 * i:00}T00:10:30Z", i % 2 == 0 ? null : 1000.5m + i);
            await server.Workouts.SetAsync(session, i % 2 == 0 ? squat : bench, 5 + i, 60.25m + i, i % 4 == 0 ? null : 7m + (i % 3));
        }
        await server.FreshAsync();
        const string fields = "nodes { weekStart sessionCount totalVolumeKg totalDistanceM totalDurationS avgRpe setCount exerciseCount } "
            + "totals { weekCount sessionCount totalVolumeKg totalDistanceM totalDurationS avgRpe setCount exerciseCount }";
        const string range = "userId: $userId, from: \"2026-03-01\", to: \"2026-03-31\"";
        var alone = await server.AskAsync($"query ($userId: ID!) {{ a: weeklyAggregates({range}) {{ {fields} }} }}", new { userId = user });
        // Fresh, beside a range of another zone, all of the statement's weeks are grouped from the sessions.
        var beside = await server.AskAsync(
            $"query ($userId: ID!) {{ a: weeklyAggregates({range}, consistency: FRESH) {{ {fields} }} b: weeklyAggregates({range}, timeZone: \"Asia/Tokyo\", consistency: FRESH) {{ {fields} }} }}",
            new { userId = user });
        Assert.Equal(alone.GetProperty("data").GetProperty("a").GetRawText(), beside.GetProperty("data").GetProperty("a").GetRawText());
        Assert.NotEqual(beside.GetProperty("data").GetProperty("a").GetRawText(), beside.GetProperty("data").GetProperty("b").GetRawText());
    }

    [Fact]
    public async Task Fifty_ranges_in_fifty_calendars_cost_one_statement()
    {
        var user = await server.Workouts.UserAsync();
        await server.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await server.FreshAsync();
        string[] zones = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Apia"];
        string[] days = ["MONDAY", "SATURDAY", "SUNDAY"];
        var fields = string.Join('\n', Enumerable.Range(0, 50).Select(i =>
            $"a{i}: weeklyAggregates(userId: $userId, from: \"2026-02-{1 + i % 28:00}\", to: \"2026-03-31\", timeZone: \"{zones[i % 5]}\", weekStartsOn: {days[i % 3]}) {{ nodes {{ sessionCount sessions {{ sessionId }} }} }}"));
        var sent = await SentStatements.OfAsync(() => server.AskAsync($"query ($userId: ID!) {{ {fields} }}", new { userId = user }));
        Assert.Equal(2, sent.Count);
    }

    [Fact]
    public async Task Gaps_are_filled_with_zeros_and_not_counted_as_weeks_trained()
    {
        var user = await server.Workouts.UserAsync();
        await server.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await server.Workouts.SessionAsync(user, "2026-03-25T10:00:00Z");
        await server.FreshAsync();
        var weeks = await AskAsync(user, "2026-02-25", "2026-04-01", "UTC", "MONDAY", gaps: true);
        Assert.Equal(
            ["2026-02-23 0", "2026-03-02 1", "2026-03-09 0", "2026-03-16 0", "2026-03-23 1", "2026-03-30 0"],
            weeks.GetProperty("nodes").EnumerateArray().Select(n => $"{n.GetProperty("weekStart")} {n.GetProperty("sessionCount")}"));
        Assert.Equal(2, weeks.GetProperty("totals").GetProperty("weekCount").GetInt32());
    }

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("")]
    [InlineData("FOO+3")]
    [InlineData("posix/Europe/Berlin")]
    [InlineData("Europe/Berlin'; drop schema core cascade; --")]
    public async Task A_zone_that_does_not_exist_is_named_with_the_remedy(string zone)
    {
        var answer = await server.AskAsync(
            Weeks, new { userId = Guid.NewGuid(), from = "2026-03-01", to = "2026-03-31", zone, day = "MONDAY" });
        Assert.Equal("BAD_USER_INPUT", answer.Code());
        Assert.Contains($"\"{zone}\", which is no time zone", answer.Message(), StringComparison.Ordinal);
        Assert.Contains("Europe/Berlin", answer.Message(), StringComparison.Ordinal);
    }

    private async Task<JsonElement> AskAsync(Guid user, string from, string to, string zone, string day, bool gaps = false)
    {
        var answer = await server.AskAsync(Weeks, new { userId = user, from, to, zone, day, gaps });
        Assert.False(answer.TryGetProperty("errors", out var errors), errors.ToString());
        return answer.GetProperty("data").GetProperty("weeklyAggregates");
    }
}

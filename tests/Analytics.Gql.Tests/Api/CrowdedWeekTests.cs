// A week with more sessions than the limit: it says so, and the weeks that were read with it are answered.
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Api;

public sealed class TwoSessionsAWeekServer : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--Analytics:Limits:MaxSessionsPerWeek=2"];
}

public sealed class CrowdedWeekTests(TwoSessionsAWeekServer server) : IClassFixture<TwoSessionsAWeekServer>
{
    [Fact]
    public async Task A_week_past_the_limit_fails_by_itself_and_one_at_the_limit_is_answered()
    {
        var (within, beyond) = (await server.Workouts.UserAsync(), await server.Workouts.UserAsync("Grace"));
        foreach (var user in new[] { within, beyond, within, beyond, beyond })
            await server.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await server.FreshAsync();

        var answer = await server.AskAsync("""
            query ($ids: [ID!]!) { users(ids: $ids) { weeklyAggregates(from: "2026-03-02", to: "2026-03-08") {
              nodes { sessionCount sessions { sessionId } } } } }
            """, new { ids = new[] { beyond, within } });

        Assert.Equal("LIMIT_EXCEEDED", answer.Codes());
        Assert.Equal("""["users",0,"weeklyAggregates","nodes",0,"sessions"]""", answer.Error().GetProperty("path").GetRawText());
        Assert.Equal(
            $"sessions: the week of 2026-03-02 of user {beyond} has more than 2; at most 2. "
            + "Page through them with sessionSummaries(where: {from, to}).", answer.Message());
        var users = answer.GetProperty("data").GetProperty("users");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, users[0].ValueKind);
        Assert.Equal(2, users[1].GetProperty("weeklyAggregates").GetProperty("nodes")[0].GetProperty("sessions").GetArrayLength());
    }
}

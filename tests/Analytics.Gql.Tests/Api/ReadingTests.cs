// From a commit in core to a fresh answer, over real HTTP.
using Analytics.Gql.Tests.Fixtures;
using Snapshooter.Xunit;

namespace Analytics.Gql.Tests.Api;

public sealed class ReadingTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Weeks = """
        query ($userId: ID!) {
          weeklyAggregates(userId: $userId, from: "2026-03-01", to: "2026-03-31") {
            nodes { weekStart sessionCount totalVolumeKg avgRpe sessions { sessionId totalVolumeKg } }
            totals { weekCount sessionCount totalVolumeKg avgRpe exerciseCount }
            freshness { asOf isStale pendingChanges source }
          }
        }
        """;

    [Fact]
    public async Task A_committed_set_reaches_the_answer_and_totals_count_each_exercise_once()
    {
        var user = await server.Workouts.UserAsync();
        var squat = await server.Workouts.ExerciseAsync();
        foreach (var day in new[] { "2026-03-04", "2026-03-11" })
            await server.Workouts.SetAsync(await server.Workouts.SessionAsync(user, $"{day}T10:00:00Z"), squat, 5, 100m, 7m);

        var data = await server.AskUntilAsync(Weeks, new { userId = user }, d =>
            d.GetProperty("weeklyAggregates").GetProperty("nodes").GetArrayLength() == 2
            && !d.GetProperty("weeklyAggregates").GetProperty("freshness").GetProperty("isStale").GetBoolean());

        var weeks = data.GetProperty("weeklyAggregates");
        var totals = weeks.GetProperty("totals");
        Assert.Equal((2, 1000, 7, 1), (totals.GetProperty("weekCount").GetInt32(), totals.GetProperty("totalVolumeKg").GetInt32(),
            totals.GetProperty("avgRpe").GetInt32(), totals.GetProperty("exerciseCount").GetInt32()));
        Assert.Equal("INCREMENTAL", weeks.GetProperty("freshness").GetProperty("source").GetString());
        Assert.Equal(500, weeks.GetProperty("nodes")[0].GetProperty("sessions")[0].GetProperty("totalVolumeKg").GetInt32());
    }

    [Theory]
    [InlineData("STARTED_AT_DESC")]
    [InlineData("STARTED_AT_ASC")]
    [InlineData("VOLUME_DESC")]
    [InlineData("DURATION_DESC")]
    [InlineData("DISTANCE_DESC")]
    public async Task Pages_forward_and_backward_visit_each_session_once(string order)
    {
        var user = await server.Workouts.UserAsync();
        var squat = await server.Workouts.ExerciseAsync();
        for (var i = 0; i < 7; i++)
        {
            var session = await server.Workouts.SessionAsync(
                user, $"2026-03-0{1 + i / 2}T10:00:00Z", i % 3 == 0 ? null : $"2026-03-0{1 + i / 2}T11:0{i}:00Z", i % 2 == 0 ? null : 1000 + i);
            await server.Workouts.SetAsync(session, squat, 5, 100 + i / 3);
        }
        await server.FreshAsync();

        var forward = await WalkAsync(user, order, "first: 3, after: $c", "hasNextPage", "endCursor");
        var backward = await WalkAsync(user, order, "last: 3, before: $c", "hasPreviousPage", "startCursor");

        Assert.Equal(7, forward.SelectMany(p => p).Distinct().Count());
        Assert.Equal(forward.SelectMany(p => p), Enumerable.Reverse(backward).SelectMany(p => p));
    }

    private async Task<List<List<string>>> WalkAsync(Guid user, string order, string paging, string more, string next)
    {
        var pages = new List<List<string>>();
        string? cursor = null;
        while (pages.Count < 10)
        {
            var answer = await server.AskAsync(
                $"query ($u: ID!, $c: String) {{ sessionSummaries(userId: $u, order: {order}, {paging}) {{ nodes {{ sessionId }} pageInfo {{ {more} {next} }} }} }}",
                new { u = user, c = cursor });
            var page = answer.GetProperty("data").GetProperty("sessionSummaries");
            pages.Add([.. page.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("sessionId").GetString()!)]);
            cursor = page.GetProperty("pageInfo").GetProperty(next).GetString();
            if (!page.GetProperty("pageInfo").GetProperty(more).GetBoolean())
                break;
        }
        return pages;
    }

    [Fact]
    public async Task A_session_that_changed_hands_is_not_shown_to_its_former_owner()
    {
        var (before, after) = (await server.Workouts.UserAsync(), await server.Workouts.UserAsync("Grace"));
        var session = await server.Workouts.SessionAsync(before, "2026-03-04T10:00:00Z");
        await server.AskUntilAsync(Weeks, new { userId = before }, d => d.GetProperty("weeklyAggregates").GetProperty("nodes").GetArrayLength() == 1);
        await server.Database.ExecuteAsync("update core.sessions set user_id = @after where session_id = @session", new { after, session });
        var answer = await server.AskAsync(
            "query ($a: ID!, $s: ID!) { sessionSummaries(userId: $a) { nodes { sessionId } } sessionSummary(sessionId: $s) { userId } }",
            new { a = before, s = session });
        Assert.Equal(0, answer.GetProperty("data").GetProperty("sessionSummaries").GetProperty("nodes").GetArrayLength());
        Assert.Equal(after.ToString(), answer.GetProperty("data").GetProperty("sessionSummary").GetProperty("userId").GetString());
    }

    [Fact]
    public async Task An_enqueued_refresh_is_pending_and_a_stranger_session_is_not_found()
    {
        var user = await server.Workouts.UserAsync();
        var answer = await server.AskAsync("mutation ($u: ID!) { enqueueRefresh(input: {userId: $u, weeks: [\"2026-03-04\", \"2026-03-05\"]}) { enqueued } }", new { u = user });
        Assert.Equal(1, answer.GetProperty("data").GetProperty("enqueueRefresh").GetProperty("enqueued").GetInt32());
        var wrong = await server.AskAsync("mutation ($u: ID!) { enqueueRefresh(input: {userId: $u, sessionId: $u}) { enqueued } }", new { u = user });
        Assert.Equal("NOT_FOUND", wrong.Codes());
    }

    [Fact]
    public async Task Unknown_users_and_sessions_answer_as_absent() =>
        (await server.AskAsync("""
            { user(id: "00000000-0000-0000-0000-000000000001") { id }
              sessionSummary(sessionId: "00000000-0000-0000-0000-000000000001") { title }
              users(ids: ["00000000-0000-0000-0000-000000000001"]) { id }
              weeklyAggregates(userId: "00000000-0000-0000-0000-000000000001", from: "2026-01-01", to: "2026-01-01") { nodes { weekStart } } }
            """)).ToString().MatchSnapshot();
}

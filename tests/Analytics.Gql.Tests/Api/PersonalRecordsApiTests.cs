// Personal records over HTTP: their sessions, their weeks, their bounds, one statement for fifty users.
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Api;

public sealed class PersonalRecordsApiTests(PersonalRecordsApiTests.FewExercises server) : IClassFixture<PersonalRecordsApiTests.FewExercises>
{
    public sealed class FewExercises : ServerFixture
    {
        protected override IReadOnlyList<string> Settings => ["--Analytics:Limits:MaxExercises=3"];
    }

    private const string Records = """
        query ($userId: ID!, $exerciseIds: [ID!]) {
          personalRecords(userId: $userId, exerciseIds: $exerciseIds) {
            userId
            nodes {
              exercise { id name muscleGroup } maxWeightKg maxWeightAt maxWeightSession { sessionId totalVolumeKg }
              bestE1rmKg bestE1rmSession { sessionId } bestSetVolumeKg bestSetVolumeAt maxDistanceM maxDistanceAt maxDistanceSession { sessionId }
              lastRefreshAt
            }
            freshness { isStale pendingChanges source }
          }
        }
        """;

    [Fact]
    public async Task Records_come_by_exercise_name_with_their_sessions_and_only_those_asked_for()
    {
        var user = await server.Workouts.UserAsync();
        var (squat, bench) = (await server.Workouts.ExerciseAsync("Squat"), await server.Workouts.ExerciseAsync("Bench press"));
        var session = await server.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await server.Workouts.SetAsync(session, squat, 1, 140m);
        await server.Workouts.SetAsync(session, bench, 5, 90m);
        await server.FreshAsync();

        var data = (await server.AskAsync(Records, new { userId = user })).GetProperty("data").GetProperty("personalRecords");
        var nodes = data.GetProperty("nodes");
        Assert.Equal(["Bench press", "Squat"], nodes.EnumerateArray().Select(n => n.GetProperty("exercise").GetProperty("name").GetString()));
        Assert.Equal((105.0, 450.0), (nodes[0].GetProperty("bestE1rmKg").GetDouble(), nodes[0].GetProperty("bestSetVolumeKg").GetDouble()));
        Assert.Equal(session, nodes[1].GetProperty("maxWeightSession").GetProperty("sessionId").GetGuid());
        Assert.Equal("2026-03-04T10:00:00Z", nodes[1].GetProperty("maxWeightAt").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, nodes[1].GetProperty("maxDistanceSession").ValueKind);
        Assert.Equal("INCREMENTAL", data.GetProperty("freshness").GetProperty("source").GetString());

        var one = await server.AskAsync(Records, new { userId = user, exerciseIds = new[] { squat, Guid.NewGuid() } });
        Assert.Single(one.GetProperty("data").GetProperty("personalRecords").GetProperty("nodes").EnumerateArray());
        var none = await server.AskAsync(Records, new { userId = user, exerciseIds = Array.Empty<Guid>() });
        Assert.Empty(none.GetProperty("data").GetProperty("personalRecords").GetProperty("nodes").EnumerateArray());
    }

    [Fact]
    public async Task A_session_that_changed_hands_is_not_shown_to_its_former_owner()
    {
        var (user, other) = (await server.Workouts.UserAsync(), await server.Workouts.UserAsync("Grace"));
        var session = await server.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await server.Workouts.SetAsync(session, await server.Workouts.ExerciseAsync(), 5, 100m);
        await server.FreshAsync();
        await using var drains = await server.HoldDrainsAsync();
        await server.Database.ExecuteAsync("update core.sessions set user_id = @other where session_id = @session", new { other, session });
        var records = (await server.AskAsync(Records, new { userId = user })).GetProperty("data").GetProperty("personalRecords");
        Assert.True(records.GetProperty("freshness").GetProperty("isStale").GetBoolean());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, records.GetProperty("nodes")[0].GetProperty("maxWeightSession").ValueKind);
    }

    [Fact]
    public async Task Weeks_count_the_records_that_were_set_in_them_and_still_stand()
    {
        var user = await server.Workouts.UserAsync();
        var squat = await server.Workouts.ExerciseAsync();
        // Weight, estimate and volume in the first week; in the second the weight falls to a heavier single.
        await server.Workouts.SetAsync(await server.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z"), squat, 5, 100m);
        await server.Workouts.SetAsync(await server.Workouts.SessionAsync(user, "2026-03-11T10:00:00Z"), squat, 1, 110m);
        await server.Workouts.SessionAsync(user, "2026-03-18T10:00:00Z");
        await server.FreshAsync();
        var answer = await server.AskAsync("""
            query ($userId: ID!) {
              weeklyAggregates(userId: $userId, from: "2026-03-04", to: "2026-03-18") { nodes { personalRecordCount } }
            }
            """, new { userId = user });
        Assert.Equal([2, 1, 0], answer.GetProperty("data").GetProperty("weeklyAggregates").GetProperty("nodes").EnumerateArray()
            .Select(n => n.GetProperty("personalRecordCount").GetInt32()));
    }

    [Fact]
    public async Task More_exercises_than_the_limit_say_so()
    {
        var user = await server.Workouts.UserAsync();
        var session = await server.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        for (var i = 0; i < 4; i++)
            await server.Workouts.SetAsync(session, await server.Workouts.ExerciseAsync($"Exercise {i}"), 5, 100m);
        await server.FreshAsync();
        var found = await server.AskAsync(Records, new { userId = user });
        Assert.Equal("LIMIT_EXCEEDED", found.Code());
        Assert.Contains("more than 3 exercises. Name some in 'exerciseIds'.", found.Message(), StringComparison.Ordinal);
        var asked = await server.AskAsync(Records, new { userId = user, exerciseIds = Enumerable.Range(0, 4).Select(_ => Guid.NewGuid()) });
        Assert.Equal("LIMIT_EXCEEDED", asked.Code());
        Assert.Contains("4 exercise ids; at most 3", asked.Message(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fifty_users_with_records_and_counts_cost_one_statement_for_each()
    {
        var squat = await server.Workouts.ExerciseAsync();
        var users = new List<Guid>();
        for (var i = 0; i < 50; i++)
        {
            users.Add(await server.Workouts.UserAsync($"User {i}"));
            await server.Workouts.SetAsync(await server.Workouts.SessionAsync(users[i], "2026-03-04T10:00:00Z"), squat, 5, 100m);
        }
        await server.FreshAsync();
        var sent = await SentStatements.OfAsync(() => server.AskAsync("""
            query ($ids: [ID!]!) {
              users(ids: $ids) {
                personalRecords { nodes { maxWeightKg maxWeightSession { sessionId } } }
                weeklyAggregates(from: "2026-03-01", to: "2026-03-31") { nodes { personalRecordCount } }
              }
            }
            """, new { ids = users }));
        // Users; records and weeks; the sessions of the records and the counts of the weeks.
        Assert.Equal(5, sent.Count);
        Assert.Equal(2, sent.Count(text => text.Contains("personal_records_current", StringComparison.Ordinal)));
    }
}

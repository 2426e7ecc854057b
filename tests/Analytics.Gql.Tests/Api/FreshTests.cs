// Consistency FRESH: a writer reads its own write at once, in every kind of answer and every mode, while nothing drains.
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Tests.Api;

public sealed class FreshTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Everything = """
        query ($userId: ID!, $sessionId: ID!, $consistency: Consistency!) {
          weeklyAggregates(userId: $userId, from: "2026-03-01", to: "2026-03-31", consistency: $consistency) {
            nodes { weekStart sessionCount totalVolumeKg personalRecordCount sessions { sessionId totalVolumeKg } }
            totals { sessionCount totalVolumeKg exerciseCount }
            freshness { isStale pendingChanges }
          }
          zoned: weeklyAggregates(
            userId: $userId, from: "2026-03-01", to: "2026-03-31", timeZone: "Asia/Kathmandu", weekStartsOn: SUNDAY, consistency: $consistency
          ) { nodes { weekStart sessionCount totalVolumeKg } freshness { pendingChanges } }
          byStart: sessionSummaries(userId: $userId, first: 2, consistency: $consistency) {
            nodes { sessionId totalVolumeKg } freshness { pendingChanges }
          }
          byVolume: sessionSummaries(userId: $userId, order: VOLUME_DESC, consistency: $consistency) { nodes { sessionId totalVolumeKg } }
          personalRecords(userId: $userId, consistency: $consistency) {
            nodes { maxWeightKg maxWeightSession { sessionId } } freshness { pendingChanges }
          }
          sessionSummary(sessionId: $sessionId, consistency: $consistency) { totalVolumeKg freshness { pendingChanges } }
        }
        """;

    public static TheoryData<string> Changes =>
    [
        "insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg) select @session, exercise_id, 9, 5, 200 from core.exercises limit 1",
        "update core.sets set weight_kg = 55 where session_id = @session",
        "delete from core.sets where session_id = @session",
        "delete from core.sessions where session_id = @session",
        "update core.sessions set started_at = started_at + interval '9 days' where session_id = @session",
        "update core.sessions set user_id = (select user_id from core.users where display_name = 'Other' limit 1) where session_id = @session",
        "update core.sessions set user_id = @user where user_id = (select user_id from core.users where display_name = 'Other' limit 1)",
        "insert into core.sessions (user_id, activity_type, started_at) values (@user, 'run', '2026-03-20Z')",
        "insert into analytics.staging_changes (user_id) values (@user)",
        "insert into analytics.staging_changes default values",
        "truncate core.sets",
        // More than 500 of this user's changes: read live.
        "insert into core.sessions (user_id, activity_type, started_at) select @user, 'run', timestamptz '2026-03-16Z' + g * interval '25 minutes' from generate_series(1, 501) as g",
        // More than 1,000 of anyone's: owners are not looked up any more.
        "insert into core.sessions (user_id, activity_type, started_at) select user_id, 'run', '2026-03-20Z' from core.users, generate_series(1, 1001) where display_name = 'Other'; update core.sets set weight_kg = 33 where session_id = @session",
    ];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_fresh_answer_is_what_the_base_tables_say(string change)
    {
        var (user, session) = await TrainedAsync();
        await using (await server.HoldDrainsAsync())
        {
            await server.Database.ExecuteAsync(change, new { user, session });
            var variables = new { userId = user, sessionId = session, consistency = "FRESH" };
            var stale = await AskAsync(new { userId = user, sessionId = session, consistency = "REFRESHED" });
            Assert.True(stale.GetProperty("weeklyAggregates").GetProperty("freshness").GetProperty("isStale").GetBoolean());
            var fresh = await AskAsync(variables);
            Assert.Equal(0, fresh.GetProperty("weeklyAggregates").GetProperty("freshness").GetProperty("pendingChanges").GetInt32());
            await InModeAsync(RefreshMode.Live, async () => Assert.Equal((await AskAsync(variables)).GetRawText(), fresh.GetRawText()));
            await InModeAsync(RefreshMode.NightlyOnly, async () => Assert.Equal(fresh.GetRawText(), (await AskAsync(variables)).GetRawText()));
        }
        await RestoreAsync();
    }

    [Fact]
    public async Task Fresh_and_refreshed_in_one_level_are_a_statement_each_and_fifty_users_are_still_one()
    {
        var users = new List<Guid>();
        for (var i = 0; i < 50; i++)
            users.Add((await TrainedAsync()).User);
        var fields = string.Join('\n', users.Select((_, i) =>
            $"a{i}: weeklyAggregates(userId: $u{i}, from: \"2026-03-01\", to: \"2026-03-31\", consistency: FRESH) {{ nodes {{ sessionCount }} }}"));
        var variables = users.Select((user, i) => (Name: $"u{i}", user)).ToDictionary(u => u.Name, u => (object)u.user);
        var query = $$"""
            query ({{string.Join(", ", variables.Keys.Select(n => $"${n}: ID!"))}}) {
              {{fields}}
              old: weeklyAggregates(userId: $u0, from: "2026-03-01", to: "2026-03-31") { nodes { sessionCount } }
            }
            """;
        var sent = await SentStatements.OfAsync(() => server.AskAsync(query, variables));
        Assert.Equal(2, sent.Count);
        Assert.Single(sent, text => text.Contains("weekly_aggregates_pending", StringComparison.Ordinal));
    }

    private async Task<JsonElement> AskAsync(object variables)
    {
        var answer = await server.AskAsync(Everything, variables);
        Assert.False(answer.TryGetProperty("errors", out var errors), errors.ToString());
        return answer.GetProperty("data");
    }

    private async Task InModeAsync(RefreshMode mode, Func<Task> body)
    {
        // Written directly: the switch would stage a full refresh on the way back.
        await server.SwitchAsync(mode);
        await body();
        await server.SwitchAsync(RefreshMode.Incremental);
    }

    private async Task RestoreAsync()
    {
        await server.Database.ExecuteAsync("delete from core.users");
        await server.Workouts.FullRefreshAsync();
        await server.FreshAsync();
    }

    private async Task<(Guid User, Guid Session)> TrainedAsync()
    {
        var (user, other) = (await server.Workouts.UserAsync(), await server.Workouts.UserAsync("Other"));
        var squat = await server.Workouts.ExerciseAsync();
        var session = await server.Workouts.SessionAsync(user, "2026-03-04T20:30:00Z", distanceM: 900m);
        await server.Workouts.SetAsync(session, squat, 5, 100m, 7.5m);
        await server.Workouts.SetAsync(await server.Workouts.SessionAsync(user, "2026-03-07T18:30:00Z"), squat, 5, 90m, 8m);
        await server.Workouts.SetAsync(await server.Workouts.SessionAsync(other, "2026-03-12T10:00:00Z"), squat, 5, 80m);
        await server.FreshAsync();
        return (user, session);
    }
}

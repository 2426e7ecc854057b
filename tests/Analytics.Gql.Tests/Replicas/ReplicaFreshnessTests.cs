// What answers of replicas contain and say: of changes that have reached them, and of those that have not.
using System.Text.Json;
using Analytics.Gql.Tests.LocalPostgres;
using Analytics.Store;
using Analytics.Store.Readers;
using Dapper;

namespace Analytics.Gql.Tests.Replicas;

public sealed class ReplicaFreshnessTests(ReplicaFixture rig) : IClassFixture<ReplicaFixture>
{
    private static string Weeks(Guid user, string consistency = "REFRESHED") => $$"""
        {
          weeklyAggregates(userId: "{{user}}", from: "2026-03-01", to: "2026-03-31", consistency: {{consistency}}) {
            totals { sessionCount }
            freshness { asOf isStale pendingChanges lagS source }
          }
        }
        """;

    private static int Sessions(JsonElement answer) =>
        Of(answer).GetProperty("totals").GetProperty("sessionCount").GetInt32();

    private static JsonElement Freshness(JsonElement answer) => Of(answer).GetProperty("freshness");

    private static DateTime AsOf(JsonElement answer) => Freshness(answer).GetProperty("asOf").GetDateTimeOffset().UtcDateTime;

    private static JsonElement Of(JsonElement answer) => answer.GetProperty("data").GetProperty("weeklyAggregates");

    [InstalledPostgresFact]
    public async Task An_answer_is_a_replicas_and_soon_has_what_was_committed()
    {
        var user = await rig.Workouts.UserAsync();
        await rig.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        var committedAt = DateTime.UtcNow;
        var answer = await rig.AskUntilAsync(Weeks(user), a => Sessions(a) == 1 && AsOf(a) > committedAt);
        Assert.False(Freshness(answer).GetProperty("isStale").GetBoolean());
        Assert.Equal(0, Freshness(answer).GetProperty("pendingChanges").GetInt32());
        Assert.InRange(Freshness(answer).GetProperty("lagS").GetDouble(), 0.0, 5.0);
        await using var one = rig.At(1);
        await using var other = rig.At(2);
        const string readers = "select exists (select from pg_stat_activity where application_name = 'analytics-gql')";
        Assert.True(await one.ScalarAsync<bool>(readers) || await other.ScalarAsync<bool>(readers));
    }

    [InstalledPostgresFact]
    public async Task While_replay_is_paused_no_answer_claims_what_it_lacks()
    {
        var user = await rig.Workouts.UserAsync();
        await rig.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await rig.AskUntilAsync(Weeks(user), a => Sessions(a) == 1 && Freshness(a).GetProperty("pendingChanges").GetInt32() == 0);
        await rig.PauseReplayAsync(true);
        try
        {
            var before = await rig.AskAsync(Weeks(user));
            var session = await rig.Workouts.SessionAsync(user, "2026-03-05T10:00:00Z");
            var committedAt = DateTime.UtcNow;
            var stranger = await rig.Workouts.UserAsync("New here");

            // It stays complete up to where it stood, grows old, and in the end says so.
            var stale = await rig.AskUntilAsync(Weeks(user), a => Freshness(a).GetProperty("isStale").GetBoolean());
            Assert.Equal(1, Sessions(stale));
            Assert.Equal(AsOf(before), AsOf(stale));
            Assert.True(AsOf(stale) < committedAt);
            Assert.Equal(0, Freshness(stale).GetProperty("pendingChanges").GetInt32());
            Assert.InRange(Freshness(stale).GetProperty("lagS").GetDouble(), 5.0, 60.0);
            var service = await rig.AskAsync("{ freshness { asOf isStale lagS } }");
            Assert.True(service.GetProperty("data").GetProperty("freshness").GetProperty("isStale").GetBoolean());

            // What has to be fresh, and what no replica knows, the primary answers.
            var fresh = await rig.AskAsync(Weeks(user, "FRESH"));
            Assert.Equal(2, Sessions(fresh));
            Assert.True(AsOf(fresh) > committedAt);
            var found = await rig.AskAsync($$"""
                { sessionSummary(sessionId: "{{session}}") { sessionId freshness { asOf } } user(id: "{{stranger}}") { displayName } }
                """);
            Assert.Equal(session.ToString(), found.GetProperty("data").GetProperty("sessionSummary").GetProperty("sessionId").GetString());
            Assert.Equal("New here", found.GetProperty("data").GetProperty("user").GetProperty("displayName").GetString());

            // Whoever has just written is told what is pending by the server that was written to.
            var enqueued = await rig.AskAsync($$"""
                mutation { enqueueRefresh(input: { userId: "{{user}}" }) { enqueued freshness { asOf lagS } } }
                """);
            var told = enqueued.GetProperty("data").GetProperty("enqueueRefresh").GetProperty("freshness");
            Assert.True(told.GetProperty("asOf").GetDateTimeOffset().UtcDateTime > committedAt);
        }
        finally
        {
            await rig.PauseReplayAsync(false);
        }
        await rig.AskUntilAsync(Weeks(user), a => Sessions(a) == 2 && !Freshness(a).GetProperty("isStale").GetBoolean());
    }

    [InstalledPostgresFact]
    public async Task Every_source_keeps_to_the_heartbeat_of_its_own_snapshot()
    {
        var user = await rig.Workouts.UserAsync();
        await rig.ReplicatedAsync();
        await rig.PauseReplayAsync(true);
        try
        {
            await using var replica = rig.At(1);
            var beat = await replica.ScalarAsync<DateTime>("select beat_at from analytics.heartbeat");
            foreach (var source in (string[])["INCREMENTAL", "MATVIEW", "LIVE"])
            {
                var asOf = await replica.ScalarAsync<DateTime>(
                    "select f.as_of from analytics.freshness(array[@user], @source) as f", new { user, source });
                var ofService = await replica.ScalarAsync<DateTime>(
                    "select f.as_of from analytics.service_freshness(@source) as f", new { source });
                Assert.True(asOf <= beat && ofService <= beat, $"{source}: {asOf:O}, {ofService:O} and a heartbeat of {beat:O}");
            }
            Assert.Equal(beat, await replica.ScalarAsync<DateTime>("select analytics.complete_until()"));
            await rig.Database.UntilAsync("select analytics.complete_until() > clock_timestamp() - interval '1 s'");
        }
        finally
        {
            await rig.PauseReplayAsync(false);
        }
    }

    [InstalledPostgresFact]
    public async Task A_read_that_recovery_cancels_is_asked_of_the_primary()
    {
        await using var replica = rig.At(1);
        await replica.ExecuteAsync("alter system set max_standby_streaming_delay = 0");
        await replica.ExecuteAsync("select pg_reload_conf()");
        await using var servers = ReadServers.Open(
            rig.Database.ConnectionString, replica.ConnectionString, TimeSpan.FromSeconds(20));
        var asked = new List<bool>();
        var reading = servers.AskAsync(ReadSource.Live, async connection =>
        {
            asked.Add(await connection.ExecuteScalarAsync<bool>("select pg_is_in_recovery()"));
            return asked[^1]
                ? await connection.ExecuteScalarAsync<long>("select count(*) from core.users as u cross join pg_sleep(15)")
                : await connection.ExecuteScalarAsync<long>("select -1");
        }, CancellationToken.None);
        await replica.UntilAsync("select exists (select from pg_stat_activity where query like '%pg_sleep(15)' and wait_event = 'PgSleep')");
        await rig.Database.ExecuteAsync("begin; lock table core.users in access exclusive mode; commit");
        // Not before the lock has been replayed: with the usual delay nothing would be cancelled.
        var answer = await reading;
        await replica.ExecuteAsync("alter system reset max_standby_streaming_delay");
        await replica.ExecuteAsync("select pg_reload_conf()");
        Assert.Equal(-1, answer);
        Assert.Equal([true, false], asked);
    }
}

// Servers that die: a replica, the primary, the primary for good.
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Gql.Tests.Http.Streaming;
using Analytics.Gql.Tests.LocalPostgres;

namespace Analytics.Gql.Tests.Replicas;

public sealed class OutageTests : IAsyncLifetime
{
    private readonly ReplicaFixture _rig = new();

    public Task InitializeAsync() => _rig.InitializeAsync();

    public Task DisposeAsync() => _rig.DisposeAsync();

    private static string Sessions(Guid user, string consistency = "REFRESHED") => $$"""
        {
          sessionSummaries(userId: "{{user}}", consistency: {{consistency}}) { nodes { sessionId } freshness { asOf isStale } }
        }
        """;

    private static int Count(JsonElement answer) =>
        answer.GetProperty("data").GetProperty("sessionSummaries").GetProperty("nodes").GetArrayLength();

    private static DateTime AsOf(JsonElement answer) => answer.GetProperty("data").GetProperty("sessionSummaries")
        .GetProperty("freshness").GetProperty("asOf").GetDateTimeOffset().UtcDateTime;

    private static bool IsAnswer(JsonElement answer) => answer.Codes() == "none";

    [InstalledPostgresFact]
    public async Task Reads_go_on_while_the_primary_is_away_and_everything_does_when_it_is_back()
    {
        var user = await _rig.Workouts.UserAsync();
        await _rig.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await _rig.AskUntilAsync(Sessions(user), a => Count(a) == 1);
        await _rig.ReplicatedAsync();
        await _rig.Cluster.KillAsync(0);
        var killedAt = DateTime.UtcNow;

        // Not for a moment are all nodes taken out, also before this one has noticed.
        using (var health = await _rig.Http.GetAsync(new Uri("/health/ready", UriKind.Relative)))
            Assert.Equal(System.Net.HttpStatusCode.OK, health.StatusCode);
        var answer = await _rig.AskAsync(Sessions(user));
        Assert.Equal((1, true), (Count(answer), AsOf(answer) < killedAt));
        Assert.Equal("UNAVAILABLE", (await _rig.AskAsync(Sessions(user, "FRESH"))).Codes());
        var unknown = await _rig.AskAsync($$"""{ sessionSummary(sessionId: "{{Guid.NewGuid()}}") { title } }""");
        Assert.Equal(JsonValueKind.Null, unknown.GetProperty("data").GetProperty("sessionSummary").ValueKind);

        // A node that starts meanwhile serves too, and is ready: no other would be any more so.
        await _rig.StopServerAsync();
        await _rig.StartServerAsync();
        Assert.Equal(1, Count(await _rig.AskAsync(Sessions(user))));
        Assert.Contains("\"status\":\"Degraded\",\"reason\":\"The primary is away, replicas are read.\"", await ReadyAsync(), StringComparison.Ordinal);

        using var stream = await EventStream.OpenAsync(_rig.Http, StreamingFixture.Refreshed, new { userId = user });

        await _rig.Cluster.StartMemberAsync(0, CancellationToken.None);
        // Nobody knows what drains it has missed: everything is to be read again.
        Assert.Contains("\"weeks\":[],\"sessionIds\":[]", (await stream.NextAsync())!.Data, StringComparison.Ordinal);
        _rig.Database.DataSource.Clear();
        await _rig.Workouts.SessionAsync(user, "2026-03-05T10:00:00Z");
        Assert.Equal(2, Count(await _rig.AskUntilAsync(Sessions(user, "FRESH"), IsAnswer)));
        var committedAt = DateTime.UtcNow;
        await _rig.AskUntilAsync(Sessions(user), a => Count(a) == 2 && AsOf(a) > committedAt);
        await _rig.Database.UntilAsync("select not exists (select from analytics.staging_changes)");
        await _rig.Database.UntilAsync("select exists (select from quartz.qrtz_scheduler_state)");
        // A look is remembered for a second, and a mode for half of one.
        for (var patience = 100; !(await ReadyAsync()).Contains("\"reason\":\"The primary answers.\"", StringComparison.Ordinal); patience--)
        {
            Assert.True(patience > 0, await ReadyAsync());
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    private Task<string> ReadyAsync() => _rig.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative));

    [InstalledPostgresFact]
    public async Task No_read_fails_when_replicas_die_one_after_the_other_and_they_are_read_again_when_they_are_back()
    {
        var user = await _rig.Workouts.UserAsync();
        await _rig.ReplicatedAsync();
        await ReadsAsync(20); // so that each has connections that will break
        for (var member = 1; member <= 2; member++)
        {
            await _rig.Cluster.KillAsync(member);
            await ReadsAsync(40);
        }
        await _rig.Cluster.StartMemberAsync(1, CancellationToken.None);
        await using var replica = _rig.At(1);
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!await replica.ScalarAsync<bool>("select exists (select from pg_stat_activity where application_name = 'analytics-gql')"))
        {
            Assert.True(DateTime.UtcNow < deadline, "The replica that came back is not read.");
            await ReadsAsync(1);
        }

        async Task ReadsAsync(int count)
        {
            foreach (var answer in await Task.WhenAll(Enumerable.Range(0, count).Select(_ => _rig.AskAsync(Sessions(user)))))
                Assert.Equal("none", answer.Codes());
        }
    }

    [InstalledPostgresFact]
    public async Task A_promoted_replica_is_written_to_drained_and_read_without_a_restart()
    {
        var user = await _rig.Workouts.UserAsync();
        await _rig.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await _rig.AskUntilAsync(Sessions(user), a => Count(a) == 1);
        await _rig.ReplicatedAsync();
        await _rig.Cluster.KillAsync(0);
        await using var promoted = _rig.At(1);
        await using var follower = _rig.At(2);
        Assert.True(await promoted.ScalarAsync<bool>("select pg_promote()"));
        _rig.Cluster.Promoted(1);
        await follower.ExecuteAsync($"alter system set primary_conninfo = '{_rig.Cluster.FollowingOf(1)}'");
        await follower.ExecuteAsync("select pg_reload_conf()");

        await new Workouts(promoted).SessionAsync(user, "2026-03-05T10:00:00Z");
        var committedAt = DateTime.UtcNow;
        await _rig.AskUntilAsync(Sessions(user, "FRESH"), a => IsAnswer(a) && Count(a) == 2);
        await promoted.UntilAsync("select not exists (select from analytics.staging_changes)");
        await _rig.AskUntilAsync(Sessions(user), a => IsAnswer(a) && Count(a) == 2 && AsOf(a) > committedAt);
        await follower.UntilAsync("select exists (select from pg_stat_activity where application_name = 'analytics-gql')");
    }
}

// The promise: no answer says that nothing is pending while it lacks a committed change of its user, and every change
// committed before 'asOf' is in it. Asked over HTTP while writers commit, modes switch and full refreshes run.
using System.Collections.Concurrent;
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Tests.Api;

public sealed class HonestyTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Query = """
        query ($u: ID!, $s: ID!) {
          weeklyAggregates(userId: $u, from: "2026-03-02", to: "2026-03-02") {
            totals { totalDistanceM }
            nodes { totalDistanceM sessions { distanceM freshness { ...f } } }
            freshness { ...f }
          }
          inBerlin: weeklyAggregates(userId: $u, from: "2026-03-02", to: "2026-03-02", timeZone: "Europe/Berlin") {
            totals { totalDistanceM }
            freshness { ...f }
          }
          sessionSummary(sessionId: $s) { distanceM freshness { ...f } }
          sessionSummaries(userId: $u, first: 1) { nodes { distanceM } freshness { ...f } }
        }
        fragment f on Freshness { asOf isStale pendingChanges source }
        """;

    /// <summary>One user with one session, whose distance counts its own commits.</summary>
    private sealed class Runner(Guid user, Guid session)
    {
        private readonly ConcurrentQueue<(DateTime At, int Distance)> _commits = new();
        private volatile int _committed;

        public Guid User => user;
        public Guid Session => session;

        /// <summary>Of the latest commit that has returned.</summary>
        public int Committed => _committed;

        public async Task WriteAsync(TestDatabase database, int distance, TimeSpan late)
        {
            await using var connection = await database.DataSource.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync(
                "update core.sessions set distance_m = @distance where session_id = @session", new { distance, session });
            await Task.Delay(late); // it wrote long before it commits
            await transaction.CommitAsync();
            _commits.Enqueue((await connection.ExecuteScalarAsync<DateTime>("select clock_timestamp()"), distance));
            _committed = distance;
        }

        public int CommittedBefore(DateTime instant) => _commits.Where(c => c.At < instant).Select(c => c.Distance).DefaultIfEmpty().Max();
    }

    private readonly ConcurrentDictionary<string, int> _fresh = new();

    [Fact]
    public async Task No_answer_lacks_a_committed_change_and_says_that_nothing_is_pending()
    {
        var runners = new List<Runner>();
        for (var i = 0; i < 3; i++)
        {
            var user = await server.Workouts.UserAsync($"Runner {i}");
            runners.Add(new Runner(user, await server.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z", distanceM: 0)));
        }
        using var stop = new CancellationTokenSource();
        var writers = runners.Select((runner, i) => Task.Run(async () =>
        {
            var random = new Random(i);
            for (var distance = 1; !stop.IsCancellationRequested; distance++)
            {
                await runner.WriteAsync(server.Database, distance, TimeSpan.FromMilliseconds(random.Next(4) == 0 ? 300 : 5));
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(400)));
            }
        })).ToList();

        var control = new RefreshControl(server.Database.DataSource);
        await ReadAsync(runners, "INCREMENTAL", 60);
        foreach (var (mode, source) in ((RefreshMode, string)[])
            [(RefreshMode.NightlyOnly, "MATVIEW"), (RefreshMode.Live, "LIVE"), (RefreshMode.Incremental, "INCREMENTAL")])
        {
            await control.SwitchAsync(mode, CancellationToken.None);
            var refreshes = Task.Run(async () =>
            {
                for (var i = 0; mode == RefreshMode.NightlyOnly && i < 3; i++)
                    await server.Workouts.FullRefreshAsync();
            });
            await ReadAsync(runners, source, 60);
            await refreshes;
        }
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        // Back to Incremental it catches up by itself.
        foreach (var runner in runners)
        {
            var last = await server.AskUntilAsync(Query, new { u = runner.User, s = runner.Session }, IsCaughtUp);
            Assert.True(IsCaughtUp(last), last.ToString());
            Assert.Equal(runner.Committed, last.GetProperty("sessionSummary").GetProperty("distanceM").GetInt32());
        }
        // Answers that claim to be complete were among those checked, in every mode that can be.
        Assert.True(_fresh.GetValueOrDefault("INCREMENTAL") > 0 && _fresh.GetValueOrDefault("LIVE") > 0, string.Join(", ", _fresh));

        static bool IsCaughtUp(JsonElement answer) =>
            !answer.GetProperty("weeklyAggregates").GetProperty("freshness").GetProperty("isStale").GetBoolean();
    }

    /// <summary>Reads until so many answers came from the source that the mode stands for.</summary>
    private async Task ReadAsync(List<Runner> runners, string source, int reads)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        for (var i = 0; reads > 0; i++)
        {
            Assert.True(DateTime.UtcNow < deadline, $"The server does not follow to {source}.");
            var runner = runners[i % runners.Count];
            var committed = runner.Committed;
            var answer = (await server.AskAsync(Query, new { u = runner.User, s = runner.Session })).GetProperty("data");
            var weeks = answer.GetProperty("weeklyAggregates");
            Check(runner, committed, weeks.GetProperty("totals").GetProperty("totalDistanceM").GetDouble(), weeks.GetProperty("freshness"));
            var inBerlin = answer.GetProperty("inBerlin");
            Check(runner, committed, inBerlin.GetProperty("totals").GetProperty("totalDistanceM").GetDouble(), inBerlin.GetProperty("freshness"));
            foreach (var week in weeks.GetProperty("nodes").EnumerateArray())
                foreach (var session in week.GetProperty("sessions").EnumerateArray())
                    Check(runner, committed, session.GetProperty("distanceM").GetDouble(), session.GetProperty("freshness"));
            var summary = answer.GetProperty("sessionSummary");
            Check(runner, committed, summary.GetProperty("distanceM").GetDouble(), summary.GetProperty("freshness"));
            var page = answer.GetProperty("sessionSummaries");
            foreach (var session in page.GetProperty("nodes").EnumerateArray())
                Check(runner, committed, session.GetProperty("distanceM").GetDouble(), page.GetProperty("freshness"));
            if (weeks.GetProperty("freshness").GetProperty("source").GetString() == source)
                reads--;
        }
    }

    private void Check(Runner runner, int committed, double distance, JsonElement freshness)
    {
        if (freshness.GetProperty("pendingChanges").GetInt32() == 0)
        {
            Assert.True(distance >= committed, $"{distance} of {committed} committed, and nothing pending: {freshness}");
            _fresh.AddOrUpdate(freshness.GetProperty("source").GetString()!, 1, (_, n) => n + 1);
        }
        var before = runner.CommittedBefore(freshness.GetProperty("asOf").GetDateTime());
        Assert.True(distance >= before, $"{distance}, though {before} was committed before asOf: {freshness}");
    }
}

// Nodes are restarted one by one while clients ask, through what a load balancer does: send where somebody is ready.
using System.Collections.Concurrent;
using System.Net.Http.Json;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Replicas;

public sealed class RollingRestartTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private const int Clients = 4;

    [Fact]
    public async Task No_request_fails_and_no_change_is_lost_while_the_nodes_are_restarted_one_by_one()
    {
        var workouts = new Workouts(fixture.Database);
        await workouts.FullRefreshAsync();
        var user = await workouts.UserAsync();
        var nodes = await Task.WhenAll(Balanced.StartAsync(fixture.Database), Balanced.StartAsync(fixture.Database));
        using var stop = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        var asked = 0;
        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            using var http = new HttpClient();
            for (var n = client; !stop.IsCancellationRequested; n++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5));
                if (nodes[n % nodes.Length] is not { IsReady: true } node)
                    continue;
                try
                {
                    var query = $$"""{ weeklyAggregates(userId: "{{user}}", from: "2026-03-01", to: "2026-03-31") { totals { sessionCount } } }""";
                    using var response = await http.PostAsJsonAsync(new Uri(node.Address, "/graphql"), new { query });
                    var text = await response.Content.ReadAsStringAsync();
                    if (!response.IsSuccessStatusCode || text.Contains("errors", StringComparison.Ordinal)) failures.Enqueue(text);
                }
                catch (HttpRequestException e)
                {
                    failures.Enqueue(e.Message);
                }
                Interlocked.Increment(ref asked);
            }
        })).ToList();

        for (var node = 0; node < nodes.Length; node++)
        {
            await workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
            Assert.Equal(0, await nodes[node].StopAsync());
            await workouts.SessionAsync(user, "2026-03-05T10:00:00Z"); // drained by the one that is left
            await fixture.Database.UntilAsync("select not exists (select from analytics.staging_changes)");
            nodes[node] = await Balanced.StartAsync(fixture.Database);
        }
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        Assert.Empty(failures);
        Assert.True(asked > 100, $"Only {asked} requests were sent.");
        foreach (var node in nodes)
            await node.StopAsync();
        await workouts.AssertExactAsync();
        Assert.Equal(4, await fixture.Database.ScalarAsync<int>("select sum(session_count)::int from analytics.weekly_aggregates_current"));
    }

    /// <summary>A node, and what a balancer knows of it.</summary>
    private sealed class Balanced
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
        private readonly ServerProcess _server;
        private readonly Task _looking;
        private volatile bool _isReady, _left;

        private Balanced(ServerProcess server)
        {
            _server = server;
            _looking = Task.Run(LookAsync);
        }

        public bool IsReady => _isReady;

        public Uri Address => _server.Address;

        public static async Task<Balanced> StartAsync(TestDatabase database)
        {
            var node = new Balanced(await ServerProcess.StartAsync(database, "--Analytics:Http:DrainDelayS=3"));
            for (var patience = 600; !node.IsReady; patience--)
            {
                Assert.True(patience > 0, "It did not become ready.");
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
            return node;
        }

        public async Task<int> StopAsync()
        {
            var code = await _server.StopAsync(Patience);
            _left = true;
            await _looking;
            await _server.DisposeAsync();
            return code;
        }

        private async Task LookAsync()
        {
            using var http = new HttpClient();
            while (!_left)
            {
                try
                {
                    using var health = await http.GetAsync(new Uri(Address, "/health/ready"));
                    _isReady = health.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    _isReady = false;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}

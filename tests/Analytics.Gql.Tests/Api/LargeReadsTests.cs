// Small reads beside large ones that hang: answered, because large ones never have all connections.
using System.Text.Json;
using Analytics.Gql.Batching;
using Analytics.Gql.Tests.Fixtures;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Gql.Tests.Api;

public sealed class LargeReadsTests(LargeReadsTests.FewConnections server) : IClassFixture<LargeReadsTests.FewConnections>
{
    private const int Connections = 6, Places = 3, Boards = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public class FewConnections : ServerFixture
    {
        protected override IReadOnlyList<string> Settings =>
            [$"--ConnectionStrings:AnalyticsRead={Database.ReaderConnectionString};Maximum Pool Size={Connections}"];
    }

    public sealed class NothingIsLarge : FewConnections
    {
        protected override IReadOnlyList<string> Settings =>
            [.. base.Settings, "--Analytics:Limits:LargeOperationCost=100000", "--Analytics:Limits:MaxConcurrentLargeReads=2"];
    }

    [Fact]
    public Task A_small_read_is_answered_while_large_ones_hang() => BesideHangingBoardsAsync(server, Places, async small =>
    {
        var places = server.Services.GetRequiredService<FetchPlaces>();
        Assert.Equal((Places, Boards - Places), (places.Most, places.Waiting));
        await small.WaitAsync(Patience);
    });

    // What the other test is worth.
    [Fact]
    public async Task Where_nothing_counts_as_large_it_waits_for_them()
    {
        var other = new NothingIsLarge();
        await other.InitializeAsync();
        try
        {
            Assert.Equal(2, other.Services.GetRequiredService<FetchPlaces>().Most);
            await BesideHangingBoardsAsync(other, Connections, async small =>
                Assert.NotSame(small, await Task.WhenAny(small, Task.Delay(TimeSpan.FromSeconds(2)))));
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    /// <summary>Boards hang at a table that is locked; what is asked then reads others.</summary>
    private static async Task BesideHangingBoardsAsync(ServerFixture server, int hanging, Func<Task<JsonElement>, Task> check)
    {
        var ids = Enumerable.Range(0, 50).Select(_ => Guid.NewGuid()).ToList();
        List<Task<JsonElement>> boards;
        Task<JsonElement> small;
        await using (var blocker = await server.Database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await blocker.BeginTransactionAsync();
            await blocker.ExecuteAsync("lock table core.users in access exclusive mode");
            boards = [.. Enumerable.Range(0, Boards).Select(_ => server.AskAsync("""
                query($ids: [ID!]!) {
                  users(ids: $ids) { id displayName weeklyAggregates(from: "2026-01-05", to: "2026-03-29") { nodes { weekStart totalVolumeKg } } }
                }
                """, new { ids }))];
            await server.Database.UntilAsync(
                $"select count(*) = {hanging} from pg_stat_activity where datname = current_database() and application_name = 'analytics-gql' "
                + "and wait_event_type = 'Lock'");
            small = server.AskAsync("""
                query($id: ID!) {
                  weeklyAggregates(userId: $id, from: "2026-01-05", to: "2026-03-29") { nodes { weekStart } freshness { isStale } }
                }
                """, new { id = ids[0] });
            await check(small);
        }
        Assert.All(await Task.WhenAll(boards).WaitAsync(Patience), board =>
            Assert.Equal(Enumerable.Repeat(JsonValueKind.Null, 50), board.GetProperty("data").GetProperty("users").EnumerateArray().Select(user => user.ValueKind)));
        Assert.Equal("""{"weeklyAggregates":{"nodes":[],"freshness":{"isStale":false}}}""", (await small.WaitAsync(Patience)).Data());
    }
}

// refreshRuns: newest first, of every kind or of one.
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Api;

public sealed class RefreshRunsTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_full_refresh_is_found_behind_however_many_drains_by_its_kind()
    {
        await using var held = await server.HoldDrainsAsync();
        await server.Database.ExecuteAsync("""
            delete from analytics.refresh_runs;
            insert into analytics.refresh_runs (kind, outcome, started_at, ended_at)
            select k, o, timestamptz '2026-03-01Z' + n * interval '1 minute', timestamptz '2026-03-01Z' + n * interval '1 minute'
            from (values (1, 'FULL', 'SUCCEEDED'), (2, 'FULL', 'FAILED'), (3, 'AUDIT', 'SUCCEEDED')) as v (n, k, o)
            union all
            select 'INCREMENTAL', 'SUCCEEDED', timestamptz '2026-03-02Z' + n * interval '1 second', timestamptz '2026-03-02Z'
            from generate_series(1, 150) as n
            """);
        var data = (await server.AskAsync("""
            { all: refreshRuns(first: 100) { kind }
              full: refreshRuns(kind: FULL) { kind outcome startedAt }
              latest: refreshRuns(first: 1, kind: FULL) { outcome }
              audit: refreshRuns(first: 1, kind: AUDIT) { kind outcome } }
            """)).GetProperty("data");
        Assert.All(Runs("all"), run => Assert.Equal("INCREMENTAL", run.GetProperty("kind").GetString()));
        Assert.Equal(["FAILED", "SUCCEEDED"], Runs("full").Select(run => run.GetProperty("outcome").GetString()));
        Assert.Equal("FAILED", Assert.Single(Runs("latest")).GetProperty("outcome").GetString());
        Assert.Equal("AUDIT", Assert.Single(Runs("audit")).GetProperty("kind").GetString());

        IEnumerable<JsonElement> Runs(string alias) => data.GetProperty(alias).EnumerateArray();
    }
}

// A backlog: the newest changes do not wait for it, and past a share of the tables a full refresh is the shorter way.
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Jobs;

public sealed class BacklogTests(BacklogTests.SmallLimit server) : IClassFixture<BacklogTests.SmallLimit>
{
    public sealed class SmallLimit : ServerFixture
    {
        protected override IReadOnlyList<string> Settings => ["--Analytics:Refresh:MaxStaged=3000", "--Analytics:Refresh:BatchSize=100"];
    }

    private const string FullRefreshes = "from analytics.refresh_runs where kind = 'FULL' and outcome = 'SUCCEEDED'";

    private const string Bulk = """
        insert into core.sessions (user_id, activity_type, started_at)
        select @user, 'run', timestamptz '2020-01-01Z' + g * interval '1 hour' from generate_series(1, 6000) as g
        """;

    [Fact]
    public async Task The_newest_changes_are_in_the_first_batch()
    {
        await using (await server.HoldDrainsAsync())
        {
            await server.Database.ExecuteAsync(Bulk, new { user = await server.Workouts.UserAsync("Importer") });
            var session = await server.Workouts.SessionAsync(await server.Workouts.UserAsync(), "2026-03-04T10:00:00Z");
            // Chosen once: in the condition itself the function would run again for each of the 6,001 rows.
            var batch = await server.Database.QueryAsync<Guid>("""
                with batch as materialized (select analytics.next_batch(100, 1, null) as ids)
                select c.session_id from batch as b join analytics.staging_changes as c on c.ctid = any (b.ids)
                """);
            Assert.Equal(100, batch.Count);
            Assert.Contains(session, batch);
            var oldest = await server.Database.QueryAsync<Guid>("select session_id from analytics.staging_changes order by changed_at limit 75");
            Assert.Equal(75, batch.Intersect(oldest).Count());
        }
        await server.FreshAsync();
        await server.Workouts.AssertExactAsync();
    }

    [Fact]
    public async Task Beyond_the_limit_a_full_refresh_does_it_and_what_is_newer_is_drained_meanwhile()
    {
        var user = await server.Workouts.UserAsync("Importer");
        var runs = await server.Database.ScalarAsync<long>($"select count(*) {FullRefreshes}");
        await using (await server.HoldDrainsAsync())
            await server.Database.ExecuteAsync(Bulk, new { user });
        await server.Database.UntilAsync($"select count(*) > {runs} {FullRefreshes}");
        await server.FreshAsync();
        await server.Workouts.AssertExactAsync();
        Assert.Contains(server.Log.Entries, e => e.Text.Contains("a full refresh is shorter", StringComparison.Ordinal));
        Assert.True(await server.Database.ScalarAsync<long>(
            "select max(staged_changes) from analytics.refresh_runs where kind = 'FULL'") > 3000);
    }

    [Fact]
    public async Task A_backlog_says_how_long_it_will_take()
    {
        await using (await server.HoldDrainsAsync())
        {
            await server.Database.ExecuteAsync("""
                insert into analytics.staging_changes (user_id, session_id) select gen_random_uuid(), gen_random_uuid() from generate_series(1, 500);
                insert into analytics.refresh_runs (kind, outcome, started_at, ended_at, staged_changes)
                values ('INCREMENTAL', 'SUCCEEDED', now() - interval '10 seconds', now(), 1000)
                """);
            var freshness = (await server.AskAsync("{ freshness { pendingChanges catchUpS } }")).GetProperty("data").GetProperty("freshness");
            Assert.Equal(500, freshness.GetProperty("pendingChanges").GetInt32());
            // At least 1,000 in ten seconds, other tests' drains besides.
            Assert.InRange(freshness.GetProperty("catchUpS").GetDouble(), 0.1, 6);
        }
        await server.FreshAsync();
        Assert.Equal(
            System.Text.Json.JsonValueKind.Null,
            (await server.AskAsync("{ freshness { catchUpS } }")).GetProperty("data").GetProperty("freshness").GetProperty("catchUpS").ValueKind);
    }
}

// The worker beside a running server: within a second of the commit, through faults, and one node at a time.
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Jobs;

public sealed class DrainWorkerTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_drain_that_fails_is_recorded_tried_again_and_loses_nothing()
    {
        var user = await server.Workouts.UserAsync();
        await server.Database.ExecuteAsync("alter table analytics.session_summary_delta add constraint broken check (title is distinct from 'poison')");
        var session = await server.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await server.Database.ExecuteAsync("update core.sessions set title = 'poison' where session_id = @session", new { session });
        await server.Database.UntilAsync("select exists (select from analytics.refresh_runs where kind = 'INCREMENTAL' and outcome = 'FAILED' and error like '%broken%')");
        Assert.True(await server.Database.ScalarAsync<bool>("select exists (select from analytics.staging_changes)"));

        await server.Database.ExecuteAsync("alter table analytics.session_summary_delta drop constraint broken");
        await server.Database.UntilAsync("select not exists (select from analytics.staging_changes)");
        Assert.Equal("poison", await server.Database.ScalarAsync<string>(
            "select title from analytics.session_summary_current where session_id = @session", new { session }));
    }

    [Fact]
    public async Task A_bulk_larger_than_a_batch_is_drained_in_several()
    {
        var user = await server.Workouts.UserAsync();
        await server.Database.ExecuteAsync(
            "insert into core.sessions (user_id, activity_type, started_at) select @user, 'run', timestamptz '2026-01-05Z' + g * interval '1 minute' from generate_series(1, 4500) as g",
            new { user });
        await server.Database.UntilAsync("select not exists (select from analytics.staging_changes)");
        var batches = await server.Database.QueryAsync<long>(
            "select staged_changes from analytics.refresh_runs where kind = 'INCREMENTAL' and staged_changes >= 500 order by run_id");
        Assert.Equal(4500, batches.Sum());
        Assert.Equal(2000, batches.Max());
        await server.Workouts.AssertExactAsync();
    }
}

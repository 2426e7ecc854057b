// What triggers did not see: verify finds it, repair stages it, the audit does both by itself.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Tests.Refresh;

public sealed class RepairTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private Workouts _workouts = null!;
    private Verification _verification = null!;

    public async Task InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        (_workouts, _verification) = (new Workouts(_database), new Verification(_database.DataSource));
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData(10)]
    public async Task Changes_made_while_the_triggers_were_off_are_found_and_repaired(int? sample)
    {
        await ChangeUnseenAsync();
        var drifts = await _verification.RunAsync(CancellationToken.None, sample);
        Assert.Equal(
            ["personal_records 1", "session_summary 1", "weekly_aggregates 1"],
            drifts.Select(d => $"{d.Aggregate} {d.Rows}").Order());
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from analytics.staging_changes"));
        Assert.Equal("{}", await _database.ScalarAsync<string>("select verified::text from analytics.refresh_state"));

        await _verification.RunAsync(CancellationToken.None, sample, repair: true);
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from analytics.staging_changes"));
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
        Assert.Equal(3, await _database.ScalarAsync<long>("select count(*) from analytics.refresh_state, jsonb_object_keys(verified)"));
    }

    [Fact]
    public async Task A_user_deleted_while_the_triggers_were_off_is_found()
    {
        var user = await ChangeUnseenAsync();
        await _workouts.FullRefreshAsync();
        await UnseenAsync($"delete from core.users where user_id = '{user}'");
        var drifts = await _verification.RunAsync(CancellationToken.None, sample: 10, repair: true);
        Assert.All(drifts, d => Assert.True(d.Rows > 0, d.Aggregate));
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task With_many_users_to_repair_one_full_refresh_is_staged()
    {
        await UnseenAsync("""
            insert into core.users (display_name) select 'User' from generate_series(1, 1001);
            insert into core.sessions (user_id, activity_type, started_at) select user_id, 'run', '2026-03-04Z' from core.users
            """);
        await _verification.RunAsync(CancellationToken.None, repair: true);
        Assert.True((await new RefreshControl(_database.DataSource).ReadAsync(CancellationToken.None)).FullRefreshAsked);
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from analytics.staging_changes"));
        await _workouts.FullRefreshAsync();
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_trigger_that_is_off_or_gone_is_named_with_the_remedy()
    {
        Assert.Empty(await StagingTriggers.FaultsAsync(_database.DataSource, CancellationToken.None));
        await _database.ExecuteAsync(
            "alter table core.sets disable trigger analytics_stage_update; drop trigger analytics_stage_delete on core.sessions");
        var faults = await StagingTriggers.FaultsAsync(_database.DataSource, CancellationToken.None);
        Assert.Equal(2, faults.Count);
        Assert.Contains("core.sessions has no trigger analytics_stage_delete", faults[0], StringComparison.Ordinal);
        Assert.EndsWith("alter table core.sets enable trigger analytics_stage_update", faults[1], StringComparison.Ordinal);

        // Each remedy does what it says.
        await _database.ExecuteAsync(faults[1].Split("Run: ")[1]);
        Assert.Equal(faults[0], Assert.Single(await StagingTriggers.FaultsAsync(_database.DataSource, CancellationToken.None)));
        await Migrator.MigrateAsync(_database.ConnectionString, log: null, CancellationToken.None);
        Assert.Empty(await StagingTriggers.FaultsAsync(_database.DataSource, CancellationToken.None));
    }

    private async Task<Guid> ChangeUnseenAsync()
    {
        var user = await _workouts.UserAsync();
        for (var i = 0; i < 3; i++)
            await _workouts.SessionAsync(await _workouts.UserAsync($"User {i}"), "2026-03-04T10:00:00Z");
        var session = await _workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await _workouts.SetAsync(session, await _workouts.ExerciseAsync(), 5, 100m);
        await _workouts.DrainAsync();
        await UnseenAsync("update core.sets set weight_kg = 120");
        return user;
    }

    private Task UnseenAsync(string sql) => _database.ExecuteAsync($"""
        alter table core.sets disable trigger user; alter table core.sessions disable trigger user;
        {sql};
        alter table core.sets enable trigger user; alter table core.sessions enable trigger user;
        """);
}

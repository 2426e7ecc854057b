// Quartz on its clustered PostgreSQL store: what is scheduled when, one night for all nodes, the sweep, housekeeping.
using Analytics.Gql.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Analytics.Gql.Tests.Jobs;

public sealed class SchedulerTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private Workouts _workouts = null!;

    public async Task InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        _workouts = new Workouts(_database);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task The_night_is_at_two_o_clock_UTC_and_the_sweep_each_minute()
    {
        await using var node = await StartAsync();
        var scheduler = await SchedulerAsync(node);
        var night = (await NextAsync(scheduler, "nightly-full-refresh")).UtcDateTime;
        Assert.Equal((2, 0, 0), (night.Hour, night.Minute, night.Second));
        Assert.True(night - DateTime.UtcNow <= TimeSpan.FromDays(1));
        Assert.True(await NextAsync(scheduler, "incremental-refresh") - DateTimeOffset.UtcNow <= TimeSpan.FromMinutes(1));
        Assert.True(await NextAsync(scheduler, "housekeeping") - DateTimeOffset.UtcNow <= TimeSpan.FromHours(1));
        Assert.True((await scheduler.GetMetadata()).JobStoreClustered);
        await node.StopAsync();
    }

    [Fact]
    public async Task A_missed_night_is_caught_up_once_by_two_nodes_that_start_together()
    {
        await _database.ExecuteAsync("update analytics.refresh_state set last_full_refresh_at = now() - interval '2 days'");
        await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z");
        var nodes = await Task.WhenAll(StartAsync(), StartAsync());
        await _database.UntilAsync("select exists (select from analytics.refresh_runs where kind = 'FULL' and outcome = 'SUCCEEDED')");
        await _database.UntilAsync("select not exists (select from quartz.qrtz_triggers where trigger_name = 'catch-up')");
        await _database.UntilAsync("select not exists (select from quartz.qrtz_fired_triggers)");
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from analytics.refresh_runs where kind = 'FULL'"));
        Assert.Equal(2, await _database.ScalarAsync<long>("select count(*) from quartz.qrtz_scheduler_state"));
        foreach (var node in nodes)
        {
            await node.StopAsync();
            await node.DisposeAsync();
        }
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_night_that_was_done_is_not_done_again_at_start()
    {
        await _workouts.FullRefreshAsync();
        await using var node = await StartAsync();
        await _database.UntilAsync("select not exists (select from quartz.qrtz_triggers where trigger_name = 'catch-up')");
        await _database.UntilAsync("select not exists (select from quartz.qrtz_fired_triggers)");
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from analytics.refresh_runs where kind = 'FULL'"));
        await node.StopAsync();
    }

    [Fact]
    public async Task The_sweep_drains_while_the_worker_sleeps()
    {
        await _workouts.FullRefreshAsync();
        await using var node = await StartAsync("--Analytics:Refresh:PollMs=3600000");
        var session = await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z");
        await (await SchedulerAsync(node)).TriggerJob(new JobKey("incremental-refresh"));
        await _database.UntilAsync("select not exists (select from analytics.staging_changes)");
        Assert.True(await _database.ScalarAsync<bool>(
            "select exists (select from analytics.session_summary_current where session_id = @session)", new { session }));
        await node.StopAsync();
    }

    [Fact]
    public async Task Housekeeping_lets_old_history_go_and_keeps_the_rest()
    {
        await _workouts.FullRefreshAsync();
        await _database.ExecuteAsync("""
            insert into analytics.refresh_runs (kind, outcome, started_at, ended_at)
            select k, 'SUCCEEDED', now() - age, now() - age
            from (values ('INCREMENTAL', interval '3 days'), ('INCREMENTAL', '1 day'), ('FULL', '89 days'), ('FULL', '91 days')) as r (k, age);
            insert into analytics.refresh_events (drain_number, user_id, weeks, session_ids, refreshed_at)
            values (-2, gen_random_uuid(), '{}', '{}', now() - interval '3 days'), (-1, gen_random_uuid(), '{}', '{}', now())
            """);
        await using var node = await StartAsync();
        await (await SchedulerAsync(node)).TriggerJob(new JobKey("housekeeping"));
        await _database.UntilAsync("select not exists (select from analytics.refresh_runs where started_at < now() - interval '90 days')");
        Assert.Equal(["FULL", "FULL", "INCREMENTAL"], await _database.QueryAsync<string>(
            "select kind from analytics.refresh_runs where kind = 'FULL' or started_at < now() - interval '1 hour' order by kind"));
        Assert.Equal(-1, await _database.ScalarAsync<long>("select min(drain_number) from analytics.refresh_events"));
        await node.StopAsync();
    }

    [Fact]
    public async Task The_audit_stages_who_differs_names_triggers_that_are_off_and_is_in_the_history()
    {
        await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z");
        await _workouts.FullRefreshAsync();
        await _database.ExecuteAsync("""
            alter table core.sessions disable trigger user;
            update core.sessions set title = 'unseen';
            alter table core.sets disable trigger analytics_stage_insert
            """);
        await using var node = await StartAsync();
        Assert.True(await NextAsync(await SchedulerAsync(node), "drift-audit") - DateTimeOffset.UtcNow <= TimeSpan.FromHours(1));
        await (await SchedulerAsync(node)).TriggerJob(new JobKey("drift-audit"));
        await _database.UntilAsync("select exists (select from analytics.refresh_runs where kind = 'AUDIT')");
        Assert.Equal("FAILED 1", await _database.ScalarAsync<string>(
            "select outcome || ' ' || keys from analytics.refresh_runs where kind = 'AUDIT' and error like '%analytics_stage_insert on core.sets is disabled%'"));
        await _database.UntilAsync("select exists (select from analytics.session_summary_current where title = 'unseen')");
        await _database.UntilAsync("select not exists (select from quartz.qrtz_fired_triggers)");
        await node.StopAsync();
    }

    private async Task<WebApplication> StartAsync(params string[] settings)
    {
        var node = AnalyticsServer.Build(
            [
                "--environment=Development", "--urls=http://127.0.0.1:0", "--Analytics:Auth:Mode=Open",
                $"--ConnectionStrings:Analytics={_database.RefresherConnectionString}", .. settings,
            ],
            builder => builder.Logging.SetMinimumLevel(LogLevel.Warning));
        await node.StartAsync();
        return node;
    }

    private static async Task<IScheduler> SchedulerAsync(WebApplication node) =>
        await node.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();

    private static async Task<DateTimeOffset> NextAsync(IScheduler scheduler, string job) =>
        (await scheduler.GetTrigger(new TriggerKey(job)))!.NextFireTimeUtc!.Value;
}

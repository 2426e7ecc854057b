// The night on several nodes: once for all of them, taken over when its node dies.
using Analytics.Gql.Tests.Fixtures;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Jobs;

public sealed class NightTests : IAsyncLifetime
{
    /// <summary>A clock that stands elsewhere in the day and goes at its usual pace.</summary>
    private sealed class Shifted(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }

    /// <summary>A cluster notices a dead node after two missed check-ins of ten seconds.</summary>
    private const int PatienceS = 90;

    private TestDatabase _database = null!;
    private Workouts _workouts = null!;

    public async Task InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        _workouts = new Workouts(_database);
        await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z");
        await _workouts.FullRefreshAsync();
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Two_nodes_that_see_two_o_clock_pass_refresh_once()
    {
        var before = await FullRunsAsync();
        // Yesterday's refresh is done, today's is due as soon as the clocks pass 02:00.
        await _database.ExecuteAsync("update analytics.refresh_state set last_full_refresh_at = last_full_refresh_at - interval '1 day'");
        var now = DateTime.UtcNow;
        var two = now.Date.AddHours(2) <= now ? now.Date.AddHours(2) : now.Date.AddHours(2).AddDays(-1);
        var clock = new Shifted(two.AddSeconds(-8) - now);
        await using var first = await StartAsync(clock);
        await using var second = await StartAsync(clock);
        Assert.True(clock.GetUtcNow() < two, "the nodes took longer to start than the clock stood before 02:00");
        Assert.Equal(before, await FullRunsAsync());

        await _database.UntilAsync("select exists (select from quartz.qrtz_triggers where trigger_name = 'nightly-full-refresh' and prev_fire_time > 0)", PatienceS);
        await _database.UntilAsync("select not exists (select from quartz.qrtz_fired_triggers where job_name = 'nightly-full-refresh')", PatienceS);
        Assert.Equal(before + 1, await FullRunsAsync());
        Assert.Equal(two.AddDays(1), DateTime.UnixEpoch.AddTicks(await _database.ScalarAsync<long>(
            "select next_fire_time from quartz.qrtz_triggers where trigger_name = 'nightly-full-refresh'") - DateTime.UnixEpoch.Ticks));
        await first.StopAsync();
        await second.StopAsync();
    }

    [Fact]
    public async Task A_node_killed_in_its_night_is_taken_over_by_another()
    {
        await _database.ExecuteAsync("update analytics.refresh_state set last_full_refresh_at = now() - interval '2 days'");
        await using var holder = await _database.DataSource.OpenConnectionAsync();
        await using var gate = await holder.BeginTransactionAsync();
        // A matview cannot be locked by name; building an index on it holds up its REFRESH just so.
        await holder.ExecuteAsync("create index on analytics.session_summary (week_start)");
        await using var victim = await ServerProcess.StartAsync(_database);
        await _database.UntilAsync("select exists (select from pg_stat_activity where datname = current_database() and query like 'select analytics.refresh_aggregate%' and wait_event_type = 'Lock')", PatienceS);
        await using var heir = await StartAsync(TimeProvider.System);
        await victim.KillAsync();
        await gate.RollbackAsync();
        await _database.UntilAsync("select exists (select from analytics.refresh_runs where kind = 'FULL' and outcome = 'FAILED')", PatienceS);
        await _database.UntilAsync("select not exists (select from analytics.refresh_runs where kind = 'FULL' and outcome = 'RUNNING')", PatienceS);
        await _database.UntilAsync("select last_full_refresh_at > now() - interval '10 minutes' from analytics.refresh_state", PatienceS);
        await heir.StopAsync();
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task A_node_stopped_in_its_night_ends_soon_and_leaves_it_to_be_recovered()
    {
        await _database.ExecuteAsync("update analytics.refresh_state set last_full_refresh_at = now() - interval '2 days'");
        await using var holder = await _database.DataSource.OpenConnectionAsync();
        await using var gate = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("create index on analytics.session_summary (week_start)");
        await using var leaver = await ServerProcess.StartAsync(_database);
        await _database.UntilAsync("select exists (select from pg_stat_activity where datname = current_database() and query like 'select analytics.refresh_aggregate%' and wait_event_type = 'Lock')", PatienceS);
        Assert.Equal(0, await leaver.StopAsync(TimeSpan.FromSeconds(PatienceS)));
        Assert.True(await _database.ScalarAsync<bool>("""
            select exists (select from quartz.qrtz_triggers where job_name = 'nightly-full-refresh' and trigger_group = 'RECOVERING_JOBS')
            """));
        Assert.False(await _database.ScalarAsync<bool>("select exists (select from quartz.qrtz_fired_triggers)"));
        await gate.RollbackAsync();
        await using var heir = await StartAsync(TimeProvider.System);
        await _database.UntilAsync("select last_full_refresh_at > now() - interval '10 minutes' from analytics.refresh_state", PatienceS);
        await heir.StopAsync();
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
    }

    private Task<long> FullRunsAsync() =>
        _database.ScalarAsync<long>("select count(*) from analytics.refresh_runs where kind = 'FULL'");

    private async Task<WebApplication> StartAsync(TimeProvider clock)
    {
        var node = AnalyticsServer.Build(
            [
                "--environment=Development", "--urls=http://127.0.0.1:0", "--Analytics:Auth:Mode=Open",
                $"--ConnectionStrings:Analytics={_database.RefresherConnectionString}",
            ],
            builder =>
            {
                builder.Services.AddSingleton(clock);
                builder.Logging.SetMinimumLevel(LogLevel.Warning);
            });
        await node.StartAsync();
        return node;
    }
}

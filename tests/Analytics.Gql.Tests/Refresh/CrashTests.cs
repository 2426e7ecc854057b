// kill -9 of the server in the middle of its work: nothing is lost, nothing is counted twice, no lock stays behind.
using Analytics.Gql.Tests.Fixtures;
using Dapper;

namespace Analytics.Gql.Tests.Refresh;

public sealed class CrashTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private Workouts _workouts = null!;

    public async Task InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        _workouts = new Workouts(_database);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    /// <param name="backendToo">Whether the database's half dies as well, so that the drain rolls back.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_killed_in_a_drain_loses_nothing(bool backendToo)
    {
        var session = await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z");
        await _workouts.FullRefreshAsync();
        await using (var server = await ServerProcess.StartAsync(_database))
        {
            await using var holder = await _database.DataSource.OpenConnectionAsync();
            await using var gate = await holder.BeginTransactionAsync();
            await holder.ExecuteAsync("lock table analytics.session_summary_delta in share mode");
            await _workouts.SetAsync(session, await _workouts.ExerciseAsync(), 5, 100m);
            await KillWhileWaitingAsync(server, "select%analytics.drain(%", backendToo);
            await gate.RollbackAsync();
        }
        await RestartedServerCatchesUpAsync();
        Assert.Equal(500m, await _database.ScalarAsync<decimal>(
            "select total_volume_kg from analytics.session_summary_current where session_id = @session", new { session }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_killed_in_a_full_refresh_loses_nothing_and_the_next_one_does_its_work(bool backendToo)
    {
        await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z");
        await _workouts.FullRefreshAsync(); // so that the server has no night to catch up
        await using (var server = await ServerProcess.StartAsync(_database))
        {
            await using var holder = await _database.DataSource.OpenConnectionAsync();
            await using var gate = await holder.BeginTransactionAsync();
            // A matview cannot be locked by name; building an index on it holds up its REFRESH just so.
            await holder.ExecuteAsync("create index on analytics.session_summary (week_start)");
            await _database.ExecuteAsync("truncate core.sets");
            await KillWhileWaitingAsync(server, "select analytics.refresh_aggregate%", backendToo);
            await gate.RollbackAsync();
        }
        await RestartedServerCatchesUpAsync();
        Assert.Equal(
            ["SUCCEEDED", "FAILED", "SUCCEEDED"],
            await _database.QueryAsync<string>("select outcome from analytics.refresh_runs where kind = 'FULL' order by run_id desc limit 3"));
    }

    [Fact]
    public async Task A_server_killed_again_and_again_under_load_loses_nothing()
    {
        var random = new Random(20261125);
        var exercise = await _workouts.ExerciseAsync();
        var users = new List<Guid>();
        for (var i = 0; i < 4; i++)
            users.Add(await _workouts.UserAsync($"User {i}"));
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var session = await _workouts.SessionAsync(users[random.Next(users.Count)], $"2026-03-{random.Next(1, 29):00}T10:00:00Z");
                await _workouts.SetAsync(session, exercise, 5, random.Next(20, 200));
                if (random.Next(3) == 0)
                    await _database.ExecuteAsync("delete from core.sessions where session_id = @session", new { session });
                if (random.Next(10) == 0)
                    await _database.ExecuteAsync("insert into analytics.staging_changes default values"); // a full refresh beside the drains
            }
        });
        for (var kill = 0; kill < 4; kill++)
        {
            await using var server = await ServerProcess.StartAsync(_database);
            var drains = await DrainsAsync();
            var most = drains + random.Next(1, 6);
            await UntilAsync($"select drain_number >= {most} from analytics.refresh_state");
            await server.KillAsync();
        }
        await stop.CancelAsync();
        await writer;
        await RestartedServerCatchesUpAsync();
    }

    /// <param name="statement">A LIKE pattern of the statement that must be waiting for our lock.</param>
    private async Task KillWhileWaitingAsync(ServerProcess server, string statement, bool backendToo)
    {
        var waiting = "from pg_stat_activity as s where s.datname = current_database() and s.wait_event_type = 'Lock' "
            + $"and s.query like '{statement}'";
        await UntilAsync($"select exists (select {waiting})");
        await server.KillAsync();
        if (backendToo)
            await _database.ExecuteAsync($"select pg_terminate_backend(s.pid) {waiting}");
    }

    private async Task RestartedServerCatchesUpAsync()
    {
        await using var server = await ServerProcess.StartAsync(_database);
        await UntilAsync("select not exists (select from analytics.staging_changes)");
        await UntilAsync("select not exists (select from analytics.refresh_runs where outcome = 'RUNNING')");
        await _workouts.AssertExactAsync();
    }

    private Task<long> DrainsAsync() => _database.ScalarAsync<long>("select drain_number from analytics.refresh_state");

    private async Task UntilAsync(string condition)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (!await _database.ScalarAsync<bool>(condition))
        {
            Assert.True(DateTime.UtcNow < deadline, condition);
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }
}

// A change whose recomputation raises is set aside: it stays pending, is recorded and tried again, and holds nobody up.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Tests.Refresh;

public sealed class SetAsideTests : IAsyncLifetime
{
    // An aggregate as a user of the product might declare it: it raises for a session of no distance.
    private const string Pace = """
        -- Kilometres an hour make minutes a kilometre.
        --
        -- @key     user_id, session_id
        -- @changed select c.user_id, c.session_id from changes as c where c.session_id is not null

        create view analytics.pace_live as
        select s.user_id, s.session_id, 60000 / s.distance_m as pace
        from core.sessions as s;
        """;

    private TestDatabase _database = null!;
    private Workouts _workouts = null!;

    public async Task InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        _workouts = new Workouts(_database);
        await Migrator.MigrateAsync(_database.ConnectionString, log: null, CancellationToken.None, new MigrationOptions
        {
            Aggregates = [.. Script.Definitions("aggregates"), new Script("definitions/aggregates/pace.sql", Pace)],
        });
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task The_rest_of_the_batch_gets_through_and_the_culprits_user_stays_pending()
    {
        var (mine, theirs) = (await _workouts.UserAsync(), await _workouts.UserAsync("Grace"));
        for (var i = 0; i < 20; i++)
            await _workouts.SessionAsync(mine, $"2026-03-{1 + i:00}T10:00:00Z", distanceM: 1000m);
        var poisoned = await _workouts.SessionAsync(theirs, "2026-03-04T10:00:00Z", distanceM: 0m);

        var drained = await _workouts.DrainAsync();

        Assert.Equal((20, 1), (drained.StagedChanges, drained.SetAside));
        Assert.Equal(0, await PendingAsync(mine));
        Assert.Equal(1, await PendingAsync(theirs));
        Assert.Equal(20, await _database.ScalarAsync<long>("select count(*) from analytics.session_summary_current"));
        var run = Assert.Single(await new RefreshRuns(_database.DataSource).LatestAsync(10, null, CancellationToken.None), r => r.Outcome == "FAILED");
        Assert.Contains("division by zero (22012)", run.Error, StringComparison.Ordinal);
        Assert.Equal(poisoned, await _database.ScalarAsync<Guid>("select session_id from analytics.staging_changes where attempts = 1 and error like 'division by zero%'"));

        // Not due again at once; when it is, and the cause is gone, it goes through.
        Assert.Equal((0, 0), (await _workouts.DrainAsync() is var again ? again.StagedChanges : -1, again.SetAside));
        await _database.ExecuteAsync("update analytics.staging_changes set retry_at = now() - interval '1 second'");
        Assert.Equal(1, (await _workouts.DrainAsync()).SetAside);
        Assert.Equal(2, await _database.ScalarAsync<int>("select attempts from analytics.staging_changes"));
        await _database.ExecuteAsync("update core.sessions set distance_m = 5000 where session_id = @poisoned", new { poisoned });
        await _database.ExecuteAsync("update analytics.staging_changes set retry_at = now() - interval '1 second' where retry_at is not null");
        await _workouts.DrainAsync();
        Assert.Equal(0, await PendingAsync(theirs));
        await _workouts.AssertExactAsync();
    }

    [Fact]
    public async Task The_waits_between_tries_grow_from_seconds_to_an_hour()
    {
        await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z", distanceM: 0m);
        var waits = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            await _workouts.DrainAsync();
            waits.Add(await _database.ScalarAsync<double>("select extract(epoch from max(retry_at) - now())::float8 from analytics.staging_changes"));
            await _database.ExecuteAsync("update analytics.staging_changes set retry_at = now() - interval '1 second'");
        }
        Assert.InRange(waits[0], 8, 10);
        Assert.InRange(waits[1], 18, 20);
        Assert.InRange(waits[^1], 3590, 3600);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_had_is_nobodys_fault_and_sets_nothing_aside()
    {
        await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z", distanceM: 1000m);
        await using var holder = await _database.DataSource.OpenConnectionAsync();
        await using (var transaction = await holder.BeginTransactionAsync())
        {
            await Dapper.SqlMapper.ExecuteAsync(holder, "lock table analytics.session_summary_delta in access exclusive mode");
            await using var impatient = Npgsql.NpgsqlDataSource.Create($"{_database.ConnectionString};Options=-c lock_timeout=200ms");
            var fault = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => new Drain(impatient).RunBatchAsync(CancellationToken.None));
            Assert.Equal("55P03", fault.SqlState);
        }
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from analytics.staging_changes where attempts is null"));
        await _workouts.DrainAsync();
        await _workouts.AssertExactAsync();
    }

    private Task<int> PendingAsync(Guid user) => _database.ScalarAsync<int>(
        "select pending_changes from analytics.freshness(array[@user], 'INCREMENTAL')", new { user });
}

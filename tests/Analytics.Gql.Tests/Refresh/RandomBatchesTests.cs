// The oracle after random writes from several connections, with drains, full refreshes and mode switches between.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Tests.Refresh;

public sealed class RandomBatchesTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static readonly string[] Writes =
    [
        "insert into core.sessions (user_id, activity_type, started_at) select user_id, 'run', timestamptz '2026-01-01Z' + random() * interval '90 days' from core.users order by random() limit 2",
        "insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg, rpe) select session_id, (select exercise_id from core.exercises order by random() limit 1), 0, (random() * 12)::int, (random() * 100)::numeric(6, 2), 7.5 from core.sessions order by random() limit 3",
        "update core.sets set weight_kg = weight_kg + 2.5, is_warmup = random() < 0.3 where set_id in (select set_id from core.sets order by random() limit 2)",
        "update core.sets set session_id = (select session_id from core.sessions order by random() limit 1) where set_id in (select set_id from core.sets order by random() limit 1)",
        "update core.sessions set started_at = started_at + interval '8 days', ended_at = started_at + interval '9 days' where session_id in (select session_id from core.sessions order by random() limit 1)",
        "update core.sessions set user_id = (select user_id from core.users order by random() limit 1) where session_id in (select session_id from core.sessions order by random() limit 1)",
        "delete from core.sets where set_id in (select set_id from core.sets order by random() limit 2)",
        "delete from core.sessions where session_id in (select session_id from core.sessions order by random() limit 1)",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_current_view_equals_its_live_view_once_the_queue_is_empty(int seed)
    {
        var workouts = new Workouts(fixture.Database);
        for (var i = 0; i < 4; i++)
        {
            await workouts.UserAsync($"User {i}");
            await workouts.ExerciseAsync($"Exercise {i}");
        }
        var control = new RefreshControl(fixture.Database.DataSource);
        using var stop = new CancellationTokenSource();
        var drains = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await new Drain(fixture.Database.DataSource, maxRows: 7, maxUsers: 1).RunBatchAsync(CancellationToken.None);
        });
        var writers = Enumerable.Range(0, 3).Select(w => Task.Run(async () =>
        {
            var random = new Random(seed * 100 + w);
            for (var i = 0; i < 60; i++)
                try
                {
                    await fixture.Database.ExecuteAsync(Writes[random.Next(Writes.Length)]);
                }
                catch (Npgsql.PostgresException e) when (e.SqlState is "40P01" or "23503")
                {
                    // Deadlocks and vanished parents between random writers are the writers' own.
                }
        })).ToArray();
        await workouts.FullRefreshAsync();
        foreach (var mode in (RefreshMode[])[RefreshMode.NightlyOnly, RefreshMode.Incremental, RefreshMode.Live, RefreshMode.Incremental])
            await control.SwitchAsync(mode, CancellationToken.None);
        await Task.WhenAll(writers);
        await stop.CancelAsync();
        await drains;

        // The way back from Live asked for a full refresh.
        Assert.True((await control.ReadAsync(CancellationToken.None)).FullRefreshAsked);
        Assert.True((await workouts.FullRefreshAsync()).Succeeded);
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();
        Assert.True(await fixture.Database.ScalarAsync<long>("select count(*) from analytics.refresh_runs where kind = 'INCREMENTAL'") > 0);
    }
}

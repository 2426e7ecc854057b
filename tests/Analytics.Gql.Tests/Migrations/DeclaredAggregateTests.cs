// One file declares an aggregate: a third one gets its matview, delta, current view, drain and verification from it.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Migrations;

namespace Analytics.Gql.Tests.Migrations;

public sealed class DeclaredAggregateTests
{
    private const string MonthlyVolume = """
        -- What one user lifted in one month.
        --
        -- @key     user_id, month_start
        -- @changed select c.user_id, date_trunc('month', d.day::timestamp)::date as month_start from changes as c cross join lateral (values (c.week), (c.week + 6)) as d (day) where c.week is not null

        create view analytics.monthly_volume_live as
        select s.user_id, date_trunc('month', s.started_at at time zone 'UTC')::date as month_start,
               count(*)::int as session_count, sum(s.total_volume_kg) as total_volume_kg
        from analytics.session_summary_live as s
        group by s.user_id, date_trunc('month', s.started_at at time zone 'UTC')::date;
        """;

    [Fact]
    public async Task A_third_aggregate_is_kept_exact_by_its_declaration_alone()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var workouts = new Workouts(database);
        var (user, squat) = (await workouts.UserAsync(), await workouts.ExerciseAsync());
        var before = await workouts.SessionAsync(user, "2026-02-28T10:00:00Z");
        await workouts.SetAsync(before, squat, 5, 100m);
        await Migrator.MigrateAsync(database.ConnectionString, log: null, CancellationToken.None, new MigrationOptions
        {
            Aggregates = [.. Script.Definitions("aggregates"), new Script("definitions/aggregates/monthly_volume.sql", MonthlyVolume)],
        });

        // A week of two months; a session that moves from one to the other; one that goes.
        var after = await workouts.SessionAsync(user, "2026-03-01T10:00:00Z");
        await workouts.SetAsync(after, squat, 5, 200m);
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();
        Assert.Equal([500m, 1000m], await VolumesAsync(database));

        await database.ExecuteAsync("update core.sessions set started_at = '2026-02-25T10:00:00Z' where session_id = @after", new { after });
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();
        Assert.Equal([1500m], await VolumesAsync(database));

        await database.ExecuteAsync("delete from core.sessions where session_id = @before", new { before });
        await database.ExecuteAsync("insert into analytics.staging_changes (user_id) values (@user)", new { user });
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();
        Assert.True((await workouts.FullRefreshAsync()).Succeeded);
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from analytics.monthly_volume_delta"));
        Assert.Equal([1000m], await VolumesAsync(database));
        // Each has a null: REFRESH sorts none of them to find two that are alike.
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from analytics.monthly_volume as m where m.* is not null"));
    }

    [Fact]
    public async Task The_worked_example_of_the_docs_is_kept_exact()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var workouts = new Workouts(database);
        var example = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "examples/muscle_group_weeks.sql"));
        await Migrator.MigrateAsync(database.ConnectionString, log: null, CancellationToken.None, new MigrationOptions
        {
            Aggregates = [.. Script.Definitions("aggregates"), new Script("definitions/aggregates/muscle_group_weeks.sql", example)],
        });
        var (user, squat, pullUp) = (await workouts.UserAsync(), await workouts.ExerciseAsync(), await workouts.ExerciseAsync("Pull-up"));
        await database.ExecuteAsync("update core.exercises set muscle_group = 'legs' where exercise_id = @squat", new { squat });
        var session = await workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await workouts.SetAsync(session, squat, 5, 100m);
        await workouts.SetAsync(session, pullUp, 5, null);
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();
        Assert.Equal(["legs 500", "other 0"], await GroupsAsync());

        await database.ExecuteAsync("update core.sets set exercise_id = @pullUp", new { pullUp });
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();
        Assert.Equal(["other 500"], await GroupsAsync());

        await database.ExecuteAsync("update core.sessions set started_at = started_at + interval '7 days'");
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();
        await database.ExecuteAsync("delete from core.sessions");
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();
        Assert.Empty(await GroupsAsync());

        Task<IReadOnlyList<string>> GroupsAsync() => database.QueryAsync<string>(
            "select muscle_group || ' ' || total_volume_kg from analytics.muscle_group_weeks_current order by 1");
    }

    private static Task<IReadOnlyList<decimal>> VolumesAsync(TestDatabase database) => database.QueryAsync<decimal>(
        "select total_volume_kg from analytics.monthly_volume_current order by month_start");
}

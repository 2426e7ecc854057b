// Rule 2: when a session is deleted its sets' rows know no user; the drain takes it from the delta or the matview.
// Seen by an aggregate per user and exercise: the session's own row does not name the exercises.
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class DeletedSessionTests : RaceTest
{
    private static readonly Script ExerciseLoads = new("definitions/aggregates/exercise_loads.sql", """
        -- The heaviest set of each user and exercise.
        --
        -- @key     user_id, exercise_id
        -- @changed select c.user_id, c.exercise_id from changes as c where c.exercise_id is not null

        create view analytics.exercise_loads_live as
        select s.user_id, t.exercise_id, max(t.weight_kg) as max_weight_kg
        from core.sessions as s join core.sets as t on t.session_id = s.session_id
        group by s.user_id, t.exercise_id;
        """);

    /// <param name="intoMatview">Whether only the matview knows the session, or only the delta.</param>
    /// <param name="sessionFirst">Whether the session's own row is drained first, or its sets' row.</param>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_session_deleted_in_two_batches_leaves_no_record_behind(bool intoMatview, bool sessionFirst)
    {
        await DeleteAsync(intoMatview, sessionFirst);
        Assert.Equal(0, await LostRowsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_the_places_known_before_the_record_stays(bool intoMatview)
    {
        await DeleteAsync(intoMatview, sessionFirst: false, () => ReplaceAsync("analytics.recompute",
            ("as d where d.session_id = x.session_id", "as d where false"),
            ("as m where m.session_id = x.session_id", "as m where false")));
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task Without_the_tombstones_the_record_of_a_session_that_only_the_delta_knew_stays()
    {
        await DeleteAsync(intoMatview: false, sessionFirst: true, () => ReplaceAsync("analytics.recompute",
            ("as d where d.session_id = x.session_id", "as d where d.session_id = x.session_id and not d.deleted")));
        Assert.True(await LostRowsAsync() > 0);
    }

    /// <summary>The drain takes the former owner from session_summary: no other view may be older than it.</summary>
    /// <param name="view">While it is refreshed, the session is deleted.</param>
    [Theory]
    [InlineData("session_summary")]
    [InlineData("weekly_aggregates")]
    [InlineData("personal_records")]
    public async Task A_session_deleted_while_the_views_are_refreshed_leaves_nothing_behind(string view)
    {
        var folded = await FoldedAsync(intoMatview: true);
        await using var gate = await ConnectAsync();
        await using var gated = await gate.BeginTransactionAsync();
        // A matview cannot be locked by name; building an index on it holds up its REFRESH just so.
        await gate.ExecuteAsync($"create index on analytics.{view} (user_id)");
        var refresh = Task.Run(Workouts.FullRefreshAsync);
        await UntilBlockedAsync(refresh);
        await Database.ExecuteAsync("delete from core.sessions where session_id = @Session", new { folded.Session });
        await gated.RollbackAsync();
        Assert.True((await refresh).Succeeded);
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task Were_session_summary_refreshed_last_what_its_sets_row_stands_for_would_stay()
    {
        await Migrator.MigrateAsync(Database.ConnectionString, log: null, CancellationToken.None,
            new MigrationOptions { Aggregates = [.. Script.Definitions("aggregates"), ExerciseLoads] });
        var folded = await FoldedAsync(intoMatview: true);
        await Database.ExecuteAsync("update analytics.refresh_state set generation = generation + 1");
        await Database.ExecuteAsync("refresh materialized view concurrently analytics.exercise_loads");
        await Database.ExecuteAsync("refresh materialized view concurrently analytics.personal_records");
        await Database.ExecuteAsync("delete from core.sessions where session_id = @Session", new { folded.Session });
        await Database.ExecuteAsync("refresh materialized view concurrently analytics.session_summary");
        await Database.ExecuteAsync("refresh materialized view concurrently analytics.weekly_aggregates");
        Assert.True(await LostRowsAsync() > 0);
    }

    /// <summary>A view that could not be refreshed still needs what session_summary's delta knows.</summary>
    [Fact]
    public async Task A_session_of_which_only_a_tombstone_knows_is_not_forgotten_when_another_view_fails()
    {
        await Migrator.MigrateAsync(Database.ConnectionString, log: null, CancellationToken.None,
            new MigrationOptions { Aggregates = [.. Script.Definitions("aggregates"), ExerciseLoads] });
        var folded = await FoldedAsync(intoMatview: true);
        await Database.ExecuteAsync("delete from core.sessions where session_id = @Session", new { folded.Session });
        // The session's own row is drained, its sets' row is not.
        await Database.ExecuteAsync(
            "update analytics.staging_changes set changed_at = changed_at - interval '1 minute' where exercise_id is null");
        await new Drain(Database.DataSource, maxRows: 1).RunBatchAsync(CancellationToken.None);
        await Database.ExecuteAsync("drop index analytics.exercise_loads_key");
        Assert.Single((await Workouts.FullRefreshAsync()).Errors);
        Assert.Equal(0, await LostRowsAsync());
    }

    private async Task DeleteAsync(bool intoMatview, bool sessionFirst, Func<Task>? simplify = null)
    {
        await Migrator.MigrateAsync(Database.ConnectionString, log: null, CancellationToken.None,
            new MigrationOptions { Aggregates = [.. Script.Definitions("aggregates"), ExerciseLoads] });
        if (simplify is not null)
            await simplify();
        var folded = await FoldedAsync(intoMatview);
        await Database.ExecuteAsync("delete from core.sessions where session_id = @Session", new { folded.Session });
        if (sessionFirst)
            await Database.ExecuteAsync("""
                update analytics.staging_changes set changed_at = changed_at - interval '1 minute'
                where exercise_id is null
                """);
        await new Drain(Database.DataSource, maxRows: 1).RunUntilEmptyAsync(CancellationToken.None);
    }
}

// Rule 5: a matview's last_refresh_at is its stamp, taken just before REFRESH and published after it, not in its rows.
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class StampTests : RaceTest
{
    private const string Publish = """
        update analytics.refresh_state set stamps = stamps || jsonb_build_object('session_summary', clock_timestamp())
        """;

    private const string Refresh = "refresh materialized view concurrently analytics.session_summary";

    [Fact]
    public async Task A_matviews_row_is_no_newer_than_a_change_that_it_lacks()
    {
        var folded = await FoldedAsync(intoMatview: true);
        var committed = DateTime.MinValue;
        await ActBeforeFinishAsync(async connection => committed = await ChangeAsync(connection, folded));
        Assert.True(await LastRefreshAtAsync(folded) <= committed);
    }

    [Fact]
    public async Task A_stamp_taken_after_REFRESH_is_newer_than_a_change_that_the_row_lacks()
    {
        var folded = await FoldedAsync(intoMatview: true);
        await using var connection = await ConnectAsync();
        await connection.ExecuteAsync(Refresh);
        var committed = await ChangeAsync(connection, folded);
        await connection.ExecuteAsync(Publish);
        Assert.True(await LastRefreshAtAsync(folded) > committed);
    }

    [Fact]
    public async Task While_REFRESH_runs_its_rows_are_as_old_as_they_were()
    {
        var folded = await FoldedAsync(intoMatview: true);
        var before = await LastRefreshAtAsync(folded);
        await using var gate = await ConnectAsync();
        await using var transaction = await gate.BeginTransactionAsync();
        await gate.ExecuteAsync("create index on analytics.session_summary (week_start)");
        var refresh = Task.Run(Workouts.FullRefreshAsync);
        await UntilBlockedAsync();
        Assert.Equal(before, await LastRefreshAtAsync(folded));
        await transaction.RollbackAsync();
        Assert.True((await refresh).Succeeded);
        Assert.True(await LastRefreshAtAsync(folded) > before);
    }

    [Fact]
    public async Task A_stamp_published_before_REFRESH_makes_rows_that_lack_a_change_newer_than_it()
    {
        var folded = await FoldedAsync(intoMatview: true);
        await using var connection = await ConnectAsync();
        var committed = await ChangeAsync(connection, folded);
        await connection.ExecuteAsync(Publish); // and here REFRESH would begin
        Assert.Equal(500m, await MatviewVolumeAsync(folded));
        Assert.True(await LastRefreshAtAsync(folded) > committed);
    }

    [Fact]
    public async Task A_full_refresh_rewrites_no_row_that_did_not_change()
    {
        await FoldedAsync(intoMatview: true);
        var before = await WrittenByAsync("analytics.session_summary");
        Assert.True((await Workouts.FullRefreshAsync()).Succeeded);
        Assert.Equal(before, await WrittenByAsync("analytics.session_summary"));
    }

    [Fact]
    public async Task With_a_time_in_each_row_it_rewrites_them_all()
    {
        await FoldedAsync();
        await Database.ExecuteAsync("""
            create materialized view analytics.naive as
            select v.*, now() as last_refresh_at from analytics.session_summary_live as v;
            create unique index on analytics.naive (session_id)
            """);
        var before = await WrittenByAsync("analytics.naive");
        await Database.ExecuteAsync("refresh materialized view concurrently analytics.naive");
        Assert.NotEqual(before, await WrittenByAsync("analytics.naive"));
    }

    /// <returns>A time after the commit.</returns>
    private static async Task<DateTime> ChangeAsync(NpgsqlConnection connection, Folded folded)
    {
        await InsertSetAsync(connection, folded);
        return await connection.ExecuteScalarAsync<DateTime>("select clock_timestamp()");
    }

    private Task<DateTime> LastRefreshAtAsync(Folded folded) => Database.ScalarAsync<DateTime>(
        "select last_refresh_at from analytics.session_summary_current where session_id = @Session",
        new { folded.Session });

    /// <summary>The transaction that wrote the one row.</summary>
    private Task<string> WrittenByAsync(string matview) =>
        Database.ScalarAsync<string>($"select xmin::text from {matview}");
}

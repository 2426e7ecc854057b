// A changed definition under load: readers never see a missing, empty or mixed view, and no change is lost.
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class DefinitionChangeTests : RaceTest
{
    // Of a user who does not train meanwhile: the session's volume from both views, and the sessions.
    private const string Quiet = """
        select format('%s %s %s',
            (select sum(s.total_volume_kg) from analytics.session_summary_current as s where s.user_id = @User),
            (select sum(w.total_volume_kg) from analytics.weekly_aggregates_current as w where w.user_id = @User),
            (select count(*) from analytics.session_summary_current as s where s.user_id = @User))
        """;

    [Fact]
    public async Task Readers_see_the_same_rows_and_writers_lose_nothing_while_definitions_change()
    {
        var (quiet, busy) = (await FoldedAsync(), await FoldedAsync(intoMatview: true));
        await Workouts.SetAsync(quiet.Session, quiet.Exercise, 1, 7m); // in the delta alone
        await Workouts.DrainAsync();
        using var stop = new CancellationTokenSource();
        var reader = LoopAsync(async () => Assert.Equal("507 507 1", await SeenAsync(quiet)));
        var writer = LoopAsync(() => Workouts.SetAsync(busy.Session, busy.Exercise, 5, 60m));
        var drainer = LoopAsync(() => new Drain(Database.DataSource, maxRows: 3).RunBatchAsync(CancellationToken.None));
        for (var change = 0; change < 3; change++)
            await MigrateAsync(change);
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(reader, writer, drainer), rounds => Assert.True(rounds > 0));
        Assert.Equal(0, await LostRowsAsync());

        Task<int> LoopAsync(Func<Task> act) => Task.Run(async () =>
        {
            var rounds = 0;
            for (; !stop.IsCancellationRequested; rounds++)
                await act();
            return rounds;
        });
    }

    [Fact]
    public async Task A_change_that_commits_between_the_build_and_the_swap_stays_staged_until_the_swap()
    {
        var folded = await ChangeBeforeTheSwapAsync();
        Assert.Equal(1, await PendingAsync(folded.User));
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task Drained_without_the_lock_that_change_goes_with_the_old_delta()
    {
        await ReplaceAsync("analytics.drain",
            ("if not pg_try_advisory_xact_lock(analytics.lock_id('drain')) then", "if false then"));
        var folded = await ChangeBeforeTheSwapAsync();
        Assert.Equal(0, await PendingAsync(folded.User));
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task A_delta_emptied_before_the_swap_shows_readers_old_rows_and_calls_them_fresh()
    {
        var folded = await FoldedAsync(intoMatview: true);
        await Workouts.SetAsync(folded.Session, folded.Exercise, 1, 7m);
        await Workouts.DrainAsync();
        Assert.Equal("507 507 1", await SeenAsync(folded));
        await Database.ExecuteAsync("truncate analytics.session_summary_delta");
        Assert.Equal("500 507 1", await SeenAsync(folded));
        Assert.Equal(0, await PendingAsync(folded.User));
    }

    [Fact]
    public async Task A_matview_made_anew_in_its_place_is_missing_for_readers_meanwhile()
    {
        var folded = await FoldedAsync(intoMatview: true);
        await Database.ExecuteAsync("drop materialized view analytics.session_summary cascade");
        var error = await Assert.ThrowsAsync<PostgresException>(() => SeenAsync(folded));
        Assert.Equal(PostgresErrorCodes.UndefinedTable, error.SqlState);
    }

    /// <summary>An open transaction holds up the swap; a set is inserted and a drain tries; then it ends.</summary>
    private async Task<Folded> ChangeBeforeTheSwapAsync()
    {
        var folded = await FoldedAsync(intoMatview: true);
        await using var reader = await ConnectAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await reader.ExecuteAsync("select from analytics.session_summary_current limit 1");
        var migration = MigrateAsync(change: 1);
        await UntilAsync("select to_regclass('analytics.session_summary_next_key') is not null");
        await UntilBlockedAsync();
        await Workouts.SetAsync(folded.Session, folded.Exercise, 5, 120m);
        await Workouts.DrainAsync();
        await reading.CommitAsync();
        await migration;
        return folded;
    }

    private Task<string> SeenAsync(Folded of) => Database.ScalarAsync<string>(Quiet, new { of.User });

    private Task<MigrationReport> MigrateAsync(int change)
    {
        var changed = Script.Definitions("aggregates").Select(s => s with { Text = $"{s.Text}\n-- {change}\n" });
        var options = new MigrationOptions { Aggregates = [.. changed] };
        return Task.Run(() => Migrator.MigrateAsync(
            Database.ConnectionString, log: null, CancellationToken.None, options));
    }
}

// Rule 2: triggers stage the old and the new place, a truncate stages everyone, and the app needs no privilege for it.
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class StagingTriggerTests : RaceTest
{
    [Fact]
    public async Task The_former_owner_of_a_moved_session_is_told_too()
    {
        var folded = await FoldedAsync();
        var newOwner = await ChangeHandsAsync(folded);
        Assert.True(await PendingAsync(folded.User) > 0);
        Assert.True(await PendingAsync(newOwner) > 0);
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task Staging_the_new_place_alone_calls_the_former_owners_stale_week_fresh()
    {
        await ReplaceAsync("analytics.stage_sessions", ("from old_rows as o\n", "from old_rows as o where false\n"));
        var folded = await FoldedAsync();
        await ChangeHandsAsync(folded);
        Assert.Equal(0, await PendingAsync(folded.User));
        Assert.Equal(1, await Database.ScalarAsync<int>(
            "select session_count from analytics.weekly_aggregates_current where user_id = @User",
            new { folded.User }));
    }

    [Fact]
    public async Task A_truncate_makes_everyone_stale_until_a_full_refresh()
    {
        var folded = await FoldedAsync();
        await Database.ExecuteAsync("truncate core.sets");
        await Workouts.DrainAsync();
        Assert.Equal(1, await PendingAsync(folded.User));
        Assert.True((await Workouts.FullRefreshAsync()).Succeeded);
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task A_truncate_that_is_not_staged_is_lost()
    {
        var folded = await FoldedAsync();
        await Database.ExecuteAsync("alter table core.sets disable trigger analytics_stage_truncate");
        await Database.ExecuteAsync("truncate core.sets");
        Assert.Equal(0, await PendingAsync(folded.User));
        Assert.True(await LostRowsAsync() > 0);
    }

    [Fact]
    public async Task An_app_that_may_write_core_alone_stages_its_changes()
    {
        var folded = await FoldedAsync();
        await InsertAsTheAppAsync(folded);
        Assert.Equal(1, await PendingAsync(folded.User));
        Assert.Equal(0, await LostRowsAsync());
    }

    [Fact]
    public async Task With_triggers_that_run_as_the_writer_that_app_cannot_write()
    {
        var folded = await FoldedAsync();
        await Database.ExecuteAsync("alter function analytics.stage_sets() security invoker");
        var error = await Assert.ThrowsAsync<PostgresException>(() => InsertAsTheAppAsync(folded));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    private async Task InsertAsTheAppAsync(Folded folded)
    {
        // Roles belong to the server, which other tests use too.
        var role = $"race_app_{Guid.NewGuid():n}";
        await using var app = await ConnectAsync();
        await app.ExecuteAsync($"""
            create role {role}; grant usage on schema core to {role}; grant select, insert on core.sets to {role};
            set role {role}
            """);
        try
        {
            await InsertSetAsync(app, folded);
        }
        finally
        {
            await app.ExecuteAsync($"reset role; drop owned by {role}; drop role {role}");
        }
    }
}

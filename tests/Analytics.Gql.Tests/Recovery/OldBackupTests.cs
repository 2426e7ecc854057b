// A backup comes back under a server that runs, on the same PostgreSQL: whoever knows numbers given out since must not take
// them for those that are given out now.
using System.Globalization;
using System.Net.Http.Headers;
using Analytics.Gql.Tests.Http;
using Analytics.Gql.Tests.Http.Streaming;

namespace Analytics.Gql.Tests.Recovery;

public sealed class OldBackupTests : IAsyncLifetime
{
    private const string Weeks = """
        query ($id: ID!) { weeklyAggregates(userId: $id, from: "2026-03-02", to: "2026-03-08") { nodes { totalVolumeKg } } }
        """;

    private readonly ConditionalGetFixture _server = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_kept_answer_of_a_change_that_the_backup_lacks_is_not_taken_for_one_that_was_made_since()
    {
        var tag = await TagOfALostChangeAsync();
        await ChangeAsync(reps: 9);
        Assert.Equal(200, await _server.StatusAsync(Weeks, new { id = _server.Ada }, tag));
    }

    [Fact]
    public async Task Counted_on_from_the_backup_the_other_change_has_the_number_of_the_lost_one_and_is_called_not_modified()
    {
        await WithoutIncarnationAsync();
        var tag = await TagOfALostChangeAsync();
        await ChangeAsync(reps: 9);
        Assert.Equal(304, await _server.StatusAsync(Weeks, new { id = _server.Ada }, tag));
    }

    [Fact]
    public async Task Who_comes_back_with_the_number_of_a_lost_drain_is_told_to_read_everything()
    {
        var lost = await NumberOfALostDrainAsync();
        await ChangeAsync(reps: 9);
        await ChangeAsync(reps: 10);
        using var stream = await EventStream.OpenAsync(
            _server.Http, StreamingFixture.Refreshed, new { userId = _server.Ada }, lost.ToString(CultureInfo.InvariantCulture));
        await AssertToldToReadEverythingAsync(stream);
    }

    [Fact]
    public async Task Counted_on_from_the_backup_who_comes_back_misses_what_was_drained_up_to_that_number()
    {
        await WithoutIncarnationAsync();
        var lost = await NumberOfALostDrainAsync();
        await ChangeAsync(reps: 9);
        await ChangeAsync(reps: 10);
        using var stream = await EventStream.OpenAsync(
            _server.Http, StreamingFixture.Refreshed, new { userId = _server.Ada }, lost.ToString(CultureInfo.InvariantCulture));
        Assert.Equal((lost + 1).ToString(CultureInfo.InvariantCulture), (await stream.NextAsync())!.Id);
    }

    [Fact]
    public async Task Who_listens_all_the_while_is_told_to_read_everything()
    {
        await BackUpAsync();
        using var stream = await EventStream.OpenAsync(_server.Http, StreamingFixture.Refreshed, new { userId = _server.Ada });
        await ChangeAsync(reps: 7);
        Assert.NotEqual("[]", WeeksOf((await stream.NextAsync())!));
        await RestoreAsync();
        await ChangeAsync(reps: 9);
        await AssertToldToReadEverythingAsync(stream);
    }

    private async Task<EntityTagHeaderValue> TagOfALostChangeAsync()
    {
        await BackUpAsync();
        await ChangeAsync(reps: 7);
        var tag = await _server.TagAsync(Weeks, new { id = _server.Ada });
        Assert.Equal(304, await _server.StatusAsync(Weeks, new { id = _server.Ada }, tag));
        await RestoreAsync();
        return tag;
    }

    private async Task<long> NumberOfALostDrainAsync()
    {
        await BackUpAsync();
        await ChangeAsync(reps: 7);
        var number = await _server.Database.ScalarAsync<long>("select drain_number from analytics.refresh_state");
        await RestoreAsync();
        return number;
    }

    /// <summary>One statement, drained at once.</summary>
    private async Task ChangeAsync(int reps)
    {
        await _server.Database.ExecuteAsync(
            "update core.sets set reps = @reps where session_id = @session", new { reps, session = _server.AdasSession });
        await _server.FreshAsync();
    }

    /// <summary>What pg_dump --data-only holds.</summary>
    private async Task BackUpAsync()
    {
        await _server.FreshAsync();
        await _server.Database.ExecuteAsync("""
            create schema backup;
            create table backup.sets as select * from core.sets;
            create table backup.session_summary_delta as select * from analytics.session_summary_delta;
            create table backup.weekly_aggregates_delta as select * from analytics.weekly_aggregates_delta;
            create table backup.personal_records_delta as select * from analytics.personal_records_delta;
            create table backup.refresh_events as select * from analytics.refresh_events;
            create table backup.refresh_state as select * from analytics.refresh_state
            """);
    }

    /// <summary>What pg_restore --data-only --disable-triggers makes of emptied tables.</summary>
    private Task RestoreAsync() => _server.Database.ExecuteAsync("""
        begin;
        set local session_replication_role = replica;
        truncate core.sets, analytics.staging_changes, analytics.refresh_events, analytics.refresh_state,
                 analytics.session_summary_delta, analytics.weekly_aggregates_delta, analytics.personal_records_delta;
        insert into core.sets select * from backup.sets;
        insert into analytics.session_summary_delta select * from backup.session_summary_delta;
        insert into analytics.weekly_aggregates_delta select * from backup.weekly_aggregates_delta;
        insert into analytics.personal_records_delta select * from backup.personal_records_delta;
        insert into analytics.refresh_events select * from backup.refresh_events;
        insert into analytics.refresh_state select * from backup.refresh_state;
        commit
        """);

    private async Task WithoutIncarnationAsync()
    {
        await _server.FreshAsync();
        await _server.Database.ExecuteAsync("""
            create or replace function analytics.incarnation() returns text language sql stable as $$ select 'always the same' $$;
            update analytics.refresh_state set incarnation = 'always the same'
            """);
    }

    private static async Task AssertToldToReadEverythingAsync(EventStream stream) =>
        Assert.Equal("[]", WeeksOf((await stream.NextAsync())!));

    private static string WeeksOf(ServerSentEvent heard) =>
        heard.Json.GetProperty("data").GetProperty("aggregatesRefreshed").GetProperty("weeks").GetRawText();
}

// Rule 7: writers notify nobody; a drain writes its events under the drain's lock and notifies once, with its number.
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class NotificationTests : RaceTest
{
    private const string NaiveChannel = "naive_changes";

    private sealed record Event(long DrainNumber, Guid UserId);

    [Fact]
    public async Task Three_writes_and_their_drain_are_one_notification_that_leads_to_the_events()
    {
        var folded = await FoldedAsync();
        var heard = await HeardAsync(() => WriteAndDrainAsync(folded));
        var number = long.Parse(Assert.Single(heard).Payload, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(new Event(number, folded.User), Assert.Single(await EventsAfterAsync(number - 1)));
    }

    [Fact]
    public async Task A_trigger_that_notifies_adds_one_for_each_write()
    {
        await ReplaceAsync("analytics.stage_sets",
            ("    return null;", $"    perform pg_notify('{NaiveChannel}', gen_random_uuid()::text); return null;"));
        var folded = await FoldedAsync();
        Assert.Equal(3, (await HeardAsync(() => WriteAndDrainAsync(folded))).Count(n => n.Channel == NaiveChannel));
    }

    [Fact]
    public async Task A_listener_that_was_away_reads_the_events_that_it_missed()
    {
        var folded = await FoldedAsync();
        var seen = await LastNumberAsync();
        await WriteAndDrainAsync(folded);
        Assert.Empty(await HeardAsync(() => Task.CompletedTask)); // a notification is for who listens
        Assert.Equal(folded.User, Assert.Single(await EventsAfterAsync(seen)).UserId);
    }

    [Fact]
    public async Task A_reader_of_events_by_number_misses_no_drain()
    {
        Assert.Equal(2, await ReadBetweenTwoDrainsAsync());
    }

    [Fact]
    public async Task Numbers_drawn_without_the_drains_lock_let_it_miss_one_that_commits_late()
    {
        await Database.ExecuteAsync("create sequence analytics.naive start 1000; grant usage on sequence analytics.naive to analytics_migrator");
        await ReplaceAsync("analytics.drain",
            ("if not pg_try_advisory_xact_lock(analytics.lock_id('drain')) then", "if false then"));
        await Database.ExecuteAsync("""
            create or replace function analytics.next_batch(max_rows int, max_users int, changed_since timestamptz)
                returns tid[] language sql as $$
                select array(select n.ctid from analytics.staging_changes as n limit max_rows for update skip locked)
            $$
            """);
        await ReplaceAsync("analytics.recompute",
            ("s.drain_number + 1 as drain_number", "nextval('analytics.naive') as drain_number"),
            // The state's row would be a lock too.
            ("where counted.staged_changes > 0", "where counted.staged_changes < 0"));
        Assert.Equal(1, await ReadBetweenTwoDrainsAsync());
    }

    /// <summary>A drain begins, another begins after it and ends before it, and between them a reader looks.</summary>
    /// <returns>How many of the two users the reader heard of.</returns>
    private async Task<int> ReadBetweenTwoDrainsAsync()
    {
        var (first, second) = (await FoldedAsync(), await FoldedAsync());
        var seen = await LastNumberAsync();
        var heard = new HashSet<Guid>();
        await using var slow = await ConnectAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        await Workouts.SetAsync(first.Session, first.Exercise, 5, 120m);
        await DrainOnAsync(slow);
        await Workouts.SetAsync(second.Session, second.Exercise, 5, 120m);
        await Workouts.DrainAsync(); // the engine's finds the lock taken
        await ReadAsync();
        await transaction.CommitAsync();
        await Workouts.DrainAsync();
        await ReadAsync();
        return heard.Count;

        async Task ReadAsync()
        {
            foreach (var one in await EventsAfterAsync(seen))
            {
                heard.Add(one.UserId);
                seen = Math.Max(seen, one.DrainNumber);
            }
        }
    }

    private async Task WriteAndDrainAsync(Folded folded)
    {
        for (var i = 0; i < 3; i++)
            await Workouts.SetAsync(folded.Session, folded.Exercise, 5, 120m);
        await Workouts.DrainAsync();
    }

    private async Task<List<NpgsqlNotificationEventArgs>> HeardAsync(Func<Task> act)
    {
        var heard = new List<NpgsqlNotificationEventArgs>();
        await using var listener = await ConnectAsync();
        listener.Notification += (_, notification) => heard.Add(notification);
        await listener.ExecuteAsync($"listen analytics_refreshed; listen {NaiveChannel}");
        await act();
        await listener.ExecuteAsync("select 1"); // what was sent before it arrives with it
        return heard;
    }

    private Task<long> LastNumberAsync() =>
        Database.ScalarAsync<long>("select coalesce(max(drain_number), 0) from analytics.refresh_events");

    private Task<IReadOnlyList<Event>> EventsAfterAsync(long number) => Database.QueryAsync<Event>("""
        select e.drain_number as DrainNumber, e.user_id as UserId from analytics.refresh_events as e
        where e.drain_number > @number order by e.drain_number
        """, new { number });
}

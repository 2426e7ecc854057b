// What drains changed, read by number: for those who follow along, and for those who come back.
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>What one drain changed of one user.</summary>
/// <param name="Weeks">Mondays, ascending.</param>
/// <param name="SessionIds">Ascending.</param>
public sealed record RefreshEvent(
    long DrainNumber, Guid UserId, DateTime RefreshedAt, IReadOnlyList<DateOnly> Weeks, IReadOnlyList<Guid> SessionIds);

/// <summary>Events in the order of their drains.</summary>
/// <param name="UpTo">Everything up to this drain has been read.</param>
/// <param name="Latest">The latest drain there is.</param>
public sealed record RefreshPage(long UpTo, long Latest, IReadOnlyList<RefreshEvent> Events);

/// <summary>What a user missed.</summary>
/// <param name="IsWhole">False when some of it is not kept any more, or there is too much of it; Events is empty then.</param>
/// <param name="Latest">The latest drain that was looked at.</param>
public sealed record RefreshReplay(bool IsWhole, long Latest, DateTime ReadAt, IReadOnlyList<RefreshEvent> Events);

/// <summary>Reads on the primary: a replica may not have what a notification has already told.</summary>
public sealed class RefreshEvents(NpgsqlDataSource primary)
{
    /// <summary>A replay goes no further back: the index that it walks is ordered by drain, not by user.</summary>
    public const int MostDrainsBack = 10_000;

    /// <summary>Events of one replay.</summary>
    public const int MostEvents = 1_000;

    /// <summary>The latest drain's number; 0 before the first.</summary>
    public async Task<long> LatestNumberAsync(CancellationToken ct)
    {
        await using var command = primary.CreateCommand("select s.drain_number from analytics.refresh_state as s");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Everyone's events of the drains after <paramref name="number"/>, at most <paramref name="drains"/> of
    /// them, counted from the first that has any: numbers may have gaps.</summary>
    internal static async Task<RefreshPage> ReadSinceAsync(
        NpgsqlConnection connection, long number, int drains, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            select s.up_to, s.latest, e.drain_number, e.user_id, e.refreshed_at, e.weeks, e.session_ids
            from (select least(r.drain_number, f.first - 1 + @drains) as up_to, r.drain_number as latest
                  from analytics.refresh_state as r
                  cross join lateral (
                      select coalesce(min(v.drain_number), r.drain_number) as first
                      from analytics.refresh_events as v where v.drain_number > @number) as f) as s
            left join analytics.refresh_events as e on e.drain_number > @number and e.drain_number <= s.up_to
            order by e.drain_number, e.user_id
            """, connection);
        command.Parameters.AddWithValue("number", number);
        command.Parameters.AddWithValue("drains", (long)drains);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var (upTo, latest) = (number, number);
        var events = new List<RefreshEvent>();
        while (await rows.ReadAsync(ct))
        {
            (upTo, latest) = (rows.GetInt64(0), rows.GetInt64(1));
            if (!rows.IsDBNull(2)) events.Add(EventAt(rows, 2));
        }
        return new RefreshPage(upTo, latest, events);
    }

    /// <summary>One user's events of the drains after <paramref name="number"/>, as far as they are kept.</summary>
    public async Task<RefreshReplay> ReplayAsync(Guid userId, long number, CancellationToken ct)
    {
        // A number of the future is one of another database, or of one that was restored since.
        await using var command = primary.CreateCommand("""
            select s.latest, s.whole, statement_timestamp(), e.drain_number, e.user_id, e.refreshed_at, e.weeks, e.session_ids
            from (select r.drain_number as latest,
                         @number = r.drain_number
                         or @number < r.drain_number and @number >= r.drain_number - @mostDrains
                            and coalesce(@number >= (select min(k.drain_number) from analytics.refresh_events as k) - 1, false)
                             as whole
                  from analytics.refresh_state as r) as s
            left join lateral (
                select v.drain_number, v.user_id, v.refreshed_at, v.weeks, v.session_ids
                from analytics.refresh_events as v
                where s.whole and v.drain_number > @number and v.user_id = @userId
                order by v.drain_number
                limit @mostEvents + 1) as e on true
            order by e.drain_number
            """);
        command.Parameters.AddWithValue("number", number);
        command.Parameters.AddWithValue("userId", userId);
        command.Parameters.AddWithValue("mostDrains", (long)MostDrainsBack);
        command.Parameters.AddWithValue("mostEvents", MostEvents);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var (latest, whole, readAt) = (number, false, default(DateTime));
        var events = new List<RefreshEvent>();
        while (await rows.ReadAsync(ct))
        {
            (latest, whole, readAt) = (rows.GetInt64(0), rows.GetBoolean(1), rows.GetDateTime(2));
            if (!rows.IsDBNull(3)) events.Add(EventAt(rows, 3));
        }
        return whole && events.Count <= MostEvents
            ? new RefreshReplay(true, latest, readAt, events)
            : new RefreshReplay(false, latest, readAt, []);
    }

    private static RefreshEvent EventAt(NpgsqlDataReader rows, int first) => new(
        rows.GetInt64(first), rows.GetGuid(first + 1), rows.GetDateTime(first + 2),
        rows.GetFieldValue<DateOnly[]>(first + 3), rows.GetFieldValue<Guid[]>(first + 4));
}

// Session summaries by id, and those of given weeks.
using Npgsql;

namespace Analytics.Store.Readers;

/// <summary>A user's week in a calendar, by its first day.</summary>
public readonly record struct UserWeek(Guid UserId, DateOnly WeekStart, WeekCalendar Calendar);

public sealed class SessionSummariesReader(ReadServers reads)
{
    private static readonly IReadOnlyDictionary<ReadSource, string> ById = ReadSources.ForEach(
        source => StatementText.Positional(ByIdSql(source), "sessionIds"));
    private static readonly IReadOnlyDictionary<ReadSource, string> ByWeek = ReadSources.ForEach(
        source => StatementText.Positional(ByWeekSql(source), "userIds", "firsts", "timeZones", "mostPerWeek"));

    /// <summary>
    /// Reads sessions by id in one statement. A session that core has and the view has not yet is computed from the live
    /// view, and so is every session where the answer has to be fresh; one that core does not have is absent. What a
    /// replica does not know, the primary is asked for in a second statement.
    /// </summary>
    public Task<IReadOnlyDictionary<Guid, SessionRow>> ReadAsync(
        IReadOnlyList<Guid> sessionIds, ReadSource source, CancellationToken ct) =>
        reads.FindAsync(sessionIds, source, (connection, ids) => ReadAsync(connection, ids, source, ct), ct);

    private static async Task<IReadOnlyDictionary<Guid, SessionRow>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<Guid> sessionIds, ReadSource source, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ById[source], connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. sessionIds] });
        var rows = await SessionSql.QueryAsync(command, source, ct);
        return rows.Sessions.ToDictionary(s => s.Row.SessionId, s => s.Row);
    }

    /// <summary>Reads the sessions of weeks in one statement, newest first.</summary>
    /// <param name="weeks">Distinct.</param>
    /// <param name="mostPerWeek">At most this many sessions a week are returned.</param>
    /// <returns>An entry for each week that has sessions.</returns>
    public Task<IReadOnlyDictionary<UserWeek, IReadOnlyList<SessionRow>>> ReadWeeksAsync(
        IReadOnlyList<UserWeek> weeks, int mostPerWeek, ReadSource source, CancellationToken ct) =>
        reads.AskAsync(source, connection => ReadWeeksAsync(connection, weeks, mostPerWeek, source, ct), ct);

    private static async Task<IReadOnlyDictionary<UserWeek, IReadOnlyList<SessionRow>>> ReadWeeksAsync(
        NpgsqlConnection connection, IReadOnlyList<UserWeek> weeks, int mostPerWeek, ReadSource source, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ByWeek[source], connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. weeks.Select(w => w.UserId)] });
        command.Parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. weeks.Select(w => w.WeekStart)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. weeks.Select(w => w.Calendar.TimeZone)] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = mostPerWeek });
        var rows = await SessionSql.QueryAsync(command, source, ct);
        var sessions = new Dictionary<UserWeek, IReadOnlyList<SessionRow>>();
        foreach (var (week, found) in weeks.Zip(rows.ByOrdinal(weeks.Count)))
            if (found is not null) sessions.Add(week, found.ConvertAll(s => s.Row));
        return sessions;
    }

    private static string ByIdSql(ReadSource source) => $"""
        with owned as materialized (
            select s.session_id, s.user_id
            from unnest(@sessionIds) as k (session_id) join core.sessions as s on s.session_id = k.session_id
        ),
        known as materialized (
            select {SessionSql.Fields("c")}, c.last_refresh_at
            from owned as k
            cross join lateral (
                {(source == ReadSource.Fresh ? ReadSource.FreshLive : source).Rows(
                    SessionSql.Aggregate, SessionSql.Key, SessionSql.Fields("b"), "b.user_id = k.user_id and b.session_id = k.session_id")}
                offset 0
            ) as c
        )
        {SessionSql.Heads(source, "array(select distinct k.user_id from owned as k)", computed: true)}
        union all
        select {SessionSql.Columns("1::bigint", "r")}
        from (
            select c.* from known as c
            union all
            select {SessionSql.Fields("v")}, {source.LiveStamp()}
            from owned as k
            cross join lateral (
                select {SessionSql.Fields("v")} from analytics.session_summary_live as v where v.session_id = k.session_id offset 0
            ) as v
            where k.session_id not in (select c.session_id from known as c)
        ) as r
        """;

    // A week is a range of started_at, so that the index of the pages serves it. In UTC that is all; elsewhere a day to either
    // side, because a local midnight may not exist, or twice, and the day that the instant falls on decides.
    private static string ByWeekSql(ReadSource source) => $"""
        {source.Asked(SessionSql.Aggregate, SessionSql.Key, """
            k.user_id, k.week_start, k.time_zone, k.ordinal,
            (k.week_start - case when k.time_zone = 'UTC' then 0 else 1 end)::timestamp at time zone 'UTC' as earliest,
            (k.week_start + case when k.time_zone = 'UTC' then 7 else 8 end)::timestamp at time zone 'UTC' as too_late
            from unnest(@userIds, @firsts, @timeZones) with ordinality as k (user_id, week_start, time_zone, ordinal)
            """)}
        {SessionSql.Heads(source, "@userIds")}
        union all
        select {SessionSql.Columns("k.ordinal", "w")}
        from asked as k
        cross join lateral (
            select {SessionSql.Fields("w")}, w.last_refresh_at
            from ({source.Rows(SessionSql.Aggregate, SessionSql.Key, SessionSql.Fields("b"), """
                b.user_id = k.user_id and b.started_at >= k.earliest and b.started_at < k.too_late
                and (k.time_zone = 'UTC' or (b.started_at at time zone k.time_zone)::date between k.week_start and k.week_start + 6)
                """)}) as w
            where true{SessionSql.StillTheirs(source, "w", "k.earliest", "k.too_late", "@mostPerWeek")}
            order by w.started_at desc, w.session_id desc
            limit @mostPerWeek
        ) as w
        """;
}

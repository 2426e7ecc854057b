// Keyset pages of a user's sessions, one SQL text per page shape: filters that are set, order, direction, cursor or none.
//
// By start time each page is an index scan. By volume, duration or distance it sorts the user's own sessions: bounded by
// how many those are (a few milliseconds for 5,000).
using System.Collections.Concurrent;
using Dapper;
using Npgsql;

namespace Analytics.Store.Readers;

public enum SessionOrder { StartedAtDesc, StartedAtAsc, VolumeDesc, DurationDesc, DistanceDesc }

/// <summary>Where a page begins: the sort key and the id of the session next to it.</summary>
/// <param name="SortKey">Microseconds since 1970 for the orders by start, else the number as PostgreSQL writes it.</param>
public sealed record SessionCursor(string SortKey, Guid SessionId);

/// <summary>Conditions on sessions; null means none. Dates are UTC days, both inclusive.</summary>
public sealed record SessionFilter(
    DateOnly? From = null, DateOnly? To = null, string? ActivityTypes = null, double? MinVolumeKg = null,
    long? MinDurationS = null, double? MinDistanceM = null, Guid? ExerciseId = null)
{
    /// <summary>Between the types in <see cref="ActivityTypes"/>; cannot be typed, and keeps the record comparable by value.</summary>
    public const char Separator = '\u001f';
}

/// <param name="Size">Sessions a page; one more is read to know whether there is a next page.</param>
/// <param name="Backward">Whether the page ends before the cursor instead of starting after it.</param>
public sealed record SessionPageRequest(
    Guid UserId, SessionFilter Filter, SessionOrder Order, int Size, bool Backward, SessionCursor? Cursor);

/// <param name="Sessions">In the order asked for, with the cursor of each.</param>
/// <param name="HasMore">Whether there are more in the direction of reading.</param>
public sealed record SessionPage(IReadOnlyList<(SessionRow Session, SessionCursor Cursor)> Sessions, bool HasMore, Freshness Freshness);

public sealed class SessionPagesReader(NpgsqlDataSource reads)
{
    private static readonly ConcurrentDictionary<(SessionPageShape, ReadSource), string> Texts = new();

    /// <summary>Reads pages of one shape in one statement.</summary>
    /// <param name="pages">Distinct, all of the same <see cref="SessionPageShape"/>.</param>
    public async Task<IReadOnlyDictionary<SessionPageRequest, SessionPage>> ReadAsync(
        IReadOnlyList<SessionPageRequest> pages, ReadSource source, CancellationToken ct)
    {
        var shape = SessionPageShape.Of(pages[0]);
        var sql = Texts.GetOrAdd((shape, source), static key => key.Item1.Sql(key.Item2));
        await using var connection = await reads.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<SessionWireRow>(new CommandDefinition(sql, Parameters(shape, pages), cancellationToken: ct))).AsList();
        var freshness = rows.Where(r => r.SessionId is null).ToDictionary(r => r.UserId, r => r.ToFreshness(source));
        var sessions = rows.Where(r => r.SessionId is not null).ToLookup(r => r.Ordinal);
        return pages.Select((page, i) => (page, Rows: sessions[i + 1].ToList()))
            .ToDictionary(p => p.page, p => Assemble(p.page, p.Rows, freshness[p.page.UserId]));
    }

    private static SessionPage Assemble(SessionPageRequest page, List<SessionWireRow> rows, Freshness freshness)
    {
        var kept = rows.Take(page.Size).Select(r => (r.ToSession(freshness), new SessionCursor(r.SortKey!, r.SessionId!.Value)));
        return new SessionPage([.. page.Backward ? kept.Reverse() : kept], rows.Count > page.Size, freshness);
    }

    private static DynamicParameters Parameters(SessionPageShape shape, IReadOnlyList<SessionPageRequest> pages)
    {
        var parameters = new DynamicParameters();
        parameters.Add("userIds", pages.Select(p => p.UserId).ToArray());
        parameters.Add("limit", shape.Size + 1);
        if (shape.HasCursor)
        {
            parameters.Add("cursorKeys", pages.Select(p => p.Cursor!.SortKey).ToArray());
            parameters.Add("cursorIds", pages.Select(p => p.Cursor!.SessionId).ToArray());
        }
        var filter = pages[0].Filter;
        parameters.Add("from", filter.From);
        parameters.Add("to", filter.To);
        parameters.Add("types", filter.ActivityTypes?.Split(SessionFilter.Separator));
        parameters.Add("minVolume", filter.MinVolumeKg);
        parameters.Add("minDuration", filter.MinDurationS);
        parameters.Add("minDistance", filter.MinDistanceM);
        parameters.Add("exercise", filter.ExerciseId);
        return parameters;
    }
}

/// <summary>What pages must share to be read by one statement: everything but the user and the cursor's place.</summary>
public sealed record SessionPageShape(SessionFilter Filter, SessionOrder Order, int Size, bool Backward, bool HasCursor)
{
    public static SessionPageShape Of(SessionPageRequest page) =>
        new(page.Filter, page.Order, page.Size, page.Backward, page.Cursor is not null);

    private bool ByStart => Order is SessionOrder.StartedAtDesc or SessionOrder.StartedAtAsc;
    private bool Descending => (Order != SessionOrder.StartedAtAsc) != Backward;

    /// <summary>The statement; its texts are as many as there are combinations of filters, orders and directions.</summary>
    internal string Sql(ReadSource source)
    {
        return $"""
            {SessionSql.Heads(source, "@userIds")}
            union all
            select {SessionSql.Columns("k.ordinal", "p", ByStart ? "(extract(epoch from p.started_at) * 1000000)::bigint::text" : $"({Key("p")})::text")}
            from unnest(@userIds{(HasCursor ? ", @cursorKeys, @cursorIds" : "")}) with ordinality
                as k (user_id{(HasCursor ? ", cursor_key, cursor_id" : "")}, ordinal)
            cross join lateral (
                select * from (
                    {string.Join("\nunion all\n", Branches(source))}
                ) as p
                order by {OrderBy("p")}
                limit @limit
            ) as p
            """;
    }

    private IEnumerable<string> Branches(ReadSource source)
    {
        if (source == ReadSource.Incremental)
        {
            yield return Branch(source, "analytics.session_summary_delta", "b.refreshed_at", " and not b.deleted", "");
            yield return Branch(source, "analytics.session_summary", ReadSources.Stamp(SessionSql.Aggregate), "", """
                 and (select true from analytics.session_summary_delta as d
                      where d.user_id = b.user_id and d.session_id = b.session_id) is not true
                """);
        }
        else if (source == ReadSource.Matview)
            yield return Branch(source, "analytics.session_summary", ReadSources.Stamp(SessionSql.Aggregate), "", "");
        else
            yield return Branch(source, "analytics.session_summary_live", "statement_timestamp()", "", "");
    }

    /// <summary>Condition, order and limit inside each branch, which stops at the first rows of its index or sort.</summary>
    /// <param name="condition">On the row itself: what the index or the sort leaves out.</param>
    /// <param name="lookup">On other tables: one probe a row, so only for rows that come within the limit.</param>
    private string Branch(ReadSource source, string relation, string refreshedAt, string condition, string lookup)
    {
        var rows = $"{relation} as b where b.user_id = k.user_id{condition}{Conditions("b")}{Keyset("b")}";
        lookup += SessionSql.StillTheirs(source, "b");
        return ByStart
            ? $"""
                (select {SessionSql.Fields("b")}, {refreshedAt} as last_refresh_at
                from {rows}{lookup}
                order by {OrderBy("b")}
                limit @limit)
                """
            // Sorted behind a fence: otherwise the lookups come first, for each of the user's sessions.
            : $"""
                (select {SessionSql.Fields("b")}, b.last_refresh_at
                from (
                    select {SessionSql.Fields("b")}, {refreshedAt} as last_refresh_at, {Key("b")} as sort_key
                    from {rows}
                    order by {OrderBy("b")}
                    offset 0
                ) as b
                where true{lookup}
                order by b.sort_key {Direction}, b.session_id {Direction}
                limit @limit)
                """;
    }

    private string Conditions(string b) => string.Concat(
        Filter.From is null ? "" : $" and {b}.started_at >= @from::date::timestamp at time zone 'UTC'",
        Filter.To is null ? "" : $" and {b}.started_at < (@to::date + 1)::timestamp at time zone 'UTC'",
        Filter.ActivityTypes is null ? "" : $" and {b}.activity_type = any (@types)",
        Filter.MinVolumeKg is null ? "" : $" and {b}.total_volume_kg >= @minVolume::float8::numeric",
        Filter.MinDurationS is null ? "" : $" and {b}.duration_s >= @minDuration",
        Filter.MinDistanceM is null ? "" : $" and {b}.distance_m >= @minDistance::float8::numeric",
        Filter.ExerciseId is null ? "" : $" and @exercise = any ({b}.exercise_ids)");

    private string Keyset(string b) => !HasCursor ? "" :
        $" and ({Key(b)}, {b}.session_id) {(Descending ? "<" : ">")} ({CursorKey}, k.cursor_id)";

    private string CursorKey => ByStart
        ? "timestamptz 'epoch' + k.cursor_key::bigint * interval '1 microsecond'"
        : "k.cursor_key::numeric";

    /// <summary>Sessions without a duration or a distance come after those with one.</summary>
    private string Key(string alias) => Order switch
    {
        SessionOrder.VolumeDesc => $"{alias}.total_volume_kg",
        SessionOrder.DurationDesc => $"coalesce({alias}.duration_s, -1)::numeric",
        SessionOrder.DistanceDesc => $"coalesce({alias}.distance_m, '-Infinity'::numeric)",
        _ => $"{alias}.started_at",
    };

    private string Direction => Descending ? "desc" : "asc";

    private string OrderBy(string alias) => $"{Key(alias)} {Direction}, {alias}.session_id {Direction}";
}

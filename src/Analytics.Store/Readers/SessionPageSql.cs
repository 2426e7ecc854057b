// The SQL of a page of sessions: one text per page shape, so that no condition stands in it that is not asked for.
namespace Analytics.Store.Readers;

/// <summary>Writes the statement of one page shape and source.</summary>
internal sealed class SessionPageSql(SessionPageShape shape, ReadSource source)
{
    private bool ByStart => shape.Order is SessionOrder.StartedAtDesc or SessionOrder.StartedAtAsc;
    private bool Descending => (shape.Order != SessionOrder.StartedAtAsc) != shape.Backward;

    public string Write() => $"""
            {SessionSql.Heads(source, "@userIds")}
            union all
            select {SessionSql.Columns("k.ordinal", "p", SortKey)}
            from unnest(@userIds{(shape.HasCursor ? ", @cursorKeys, @cursorIds" : "")}) with ordinality
                as k (user_id{(shape.HasCursor ? ", cursor_key, cursor_id" : "")}, ordinal)
            cross join lateral (
                select * from (
                    {string.Join("\nunion all\n", Branches())}
                ) as p
                order by {OrderBy("p")}
                limit @limit
            ) as p
            """;

    private IEnumerable<string> Branches()
    {
        if (source == ReadSource.Incremental)
        {
            yield return Branch("analytics.session_summary_delta", "b.refreshed_at", " and not b.deleted", "");
            yield return Branch("analytics.session_summary", ReadSources.Stamp(SessionSql.Aggregate), "", """
                 and (select true from analytics.session_summary_delta as d
                      where d.user_id = b.user_id and d.session_id = b.session_id) is not true
                """);
        }
        else if (source == ReadSource.Matview)
            yield return Branch("analytics.session_summary", ReadSources.Stamp(SessionSql.Aggregate), "", "");
        else
            yield return Branch("analytics.session_summary_live", "transaction_timestamp()", "", "");
    }

    /// <summary>Condition, order and limit inside each branch, which stops at the first rows of its index or sort.</summary>
    /// <param name="condition">On the row itself: what the index or the sort leaves out.</param>
    /// <param name="lookup">On other tables: one probe a row, so only for rows that come within the limit.</param>
    private string Branch(string relation, string refreshedAt, string condition, string lookup)
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
        shape.Filter.From is null ? "" : $" and {b}.started_at >= @from::date::timestamp at time zone 'UTC'",
        shape.Filter.To is null ? "" : $" and {b}.started_at < (@to::date + 1)::timestamp at time zone 'UTC'",
        shape.Filter.ActivityTypes is null ? "" : $" and {b}.activity_type = any (@types)",
        shape.Filter.MinVolumeKg is null ? "" : $" and {b}.total_volume_kg >= @minVolume::float8::numeric",
        shape.Filter.MinDurationS is null ? "" : $" and {b}.duration_s >= @minDuration",
        shape.Filter.MinDistanceM is null ? "" : $" and {b}.distance_m >= @minDistance::float8::numeric",
        shape.Filter.ExerciseId is null ? "" : $" and @exercise = any ({b}.exercise_ids)");

    private string Keyset(string b) => !shape.HasCursor ? "" :
        $" and ({Key(b)}, {b}.session_id) {(Descending ? "<" : ">")} ({CursorKey}, k.cursor_id)";

    private string SortKey => ByStart
        ? $"(extract(epoch from {SessionSql.Instant("p.started_at")}) * 1000000)::bigint::text"
        : $"({Key("p")})::text";

    // Days and the rest apart: a number times an interval is a double, which is exact only so far.
    private string CursorKey => ByStart
        ? "(timestamp 'epoch' + (k.cursor_key::bigint / 86400000000) * interval '1 day' "
            + "+ (k.cursor_key::bigint % 86400000000) * interval '1 microsecond') at time zone 'UTC'"
        : "k.cursor_key::numeric";

    /// <summary>Sessions without a duration or a distance come after those with one.</summary>
    private string Key(string alias) => shape.Order switch
    {
        SessionOrder.VolumeDesc => $"{alias}.total_volume_kg",
        SessionOrder.DurationDesc => $"coalesce({alias}.duration_s, -1)::numeric",
        SessionOrder.DistanceDesc => $"coalesce({alias}.distance_m, '-Infinity'::numeric)",
        _ => $"{alias}.started_at",
    };

    private string Direction => Descending ? "desc" : "asc";

    private string OrderBy(string alias) => $"{Key(alias)} {Direction}, {alias}.session_id {Direction}";
}

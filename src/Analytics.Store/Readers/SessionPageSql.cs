// The SQL of a page of sessions: one text per page shape, so that no condition stands in it that is not asked for.
namespace Analytics.Store.Readers;

/// <summary>Writes the statement of one page shape and source.</summary>
internal sealed class SessionPageSql(SessionPageShape shape, ReadSource source)
{
    private bool ByStart => shape.Order is SessionOrder.StartedAtDesc or SessionOrder.StartedAtAsc;
    private bool Descending => (shape.Order != SessionOrder.StartedAtAsc) != shape.Backward;

    public string Write() => $"""
            {source.Asked(SessionSql.Aggregate, SessionSql.Key, Asked)}
            {SessionSql.Heads(source, "@userIds")}
            union all
            select {SessionSql.Columns("k.ordinal", "p", SortKey)}
            from asked as k
            cross join lateral (
                select * from (
                    {string.Join("\nunion all\n", source.Layers(SessionSql.Aggregate, SessionSql.Key).Select(Branch))}
                ) as p
                order by {OrderBy("p")}
                limit @limit
            ) as p
            """;

    private string Asked => shape.HasCursor
        ? """
            k.user_id, k.cursor_key, k.cursor_id, k.ordinal
            from unnest(@userIds, @cursorKeys, @cursorIds) with ordinality as k (user_id, cursor_key, cursor_id, ordinal)
            """
        : "k.user_id, k.ordinal from unnest(@userIds) with ordinality as k (user_id, ordinal)";

    /// <summary>Condition, order and limit inside each branch, which stops at the first rows of its index or sort.</summary>
    /// <remarks>Lookups in other tables are one probe a row, so they are only for rows that come within the limit.</remarks>
    private string Branch(Layer layer)
    {
        var rows = $"{layer.Relation} as b where b.user_id = k.user_id{layer.Condition}{Conditions("b")}{Keyset("b")}";
        var lookup = layer.Lookup + SessionSql.StillTheirs(source, "b");
        return ByStart
            ? $"""
                (select {SessionSql.Fields("b")}, {layer.RefreshedAt} as last_refresh_at
                from {rows}{lookup}
                order by {OrderBy("b")}
                limit @limit)
                """
            // Sorted behind a fence: otherwise the lookups come first, for each of the user's sessions.
            : $"""
                (select {SessionSql.Fields("b")}, b.last_refresh_at
                from (
                    select {SessionSql.Fields("b")}, {layer.RefreshedAt} as last_refresh_at, {Key("b")} as sort_key
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

    // Of the orders by start the reader makes it of the start.
    private string SortKey => ByStart ? "null::text" : $"({Key("p")})::text";

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

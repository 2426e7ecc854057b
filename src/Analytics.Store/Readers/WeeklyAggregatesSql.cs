// The SQL of a batch of ranges of weeks: a head row for each range (freshness, totals), then its weeks.
namespace Analytics.Store.Readers;

/// <param name="Totals">Whether the head rows carry sums over their range.</param>
/// <param name="Details">Whether ids of exercises are read, and for totals the sums of RPE.</param>
/// <param name="AnyCalendar">
/// Whether weeks are grouped from session_summary, each range in its own calendar; else they are those of weekly_aggregates.
/// </param>
internal readonly record struct WeeksShape(ReadSource Source, bool Totals, bool Details, bool AnyCalendar)
{
    public static IEnumerable<WeeksShape> All =>
        from source in Enum.GetValues<ReadSource>()
        from totals in (bool[])[false, true]
        from details in (bool[])[false, true]
        from anyCalendar in (bool[])[false, true]
        select new WeeksShape(source, totals, details, anyCalendar);

    /// <summary>What is wanted, and no more.</summary>
    public static WeeksShape Of(ReadSource source, WeeksWanted wanted, bool anyCalendar) => new(
        source, wanted.Totals, (wanted.Totals && wanted.Details) || (anyCalendar && wanted.ExerciseCounts), anyCalendar);

    private string Aggregate => AnyCalendar ? "session_summary" : "weekly_aggregates";
    private string Key => AnyCalendar ? "session_id" : "week_start";

    public const int FirstOfFreshness = 1, RefreshedAt = 5;

    /// <summary>The column that is null in a head row and tells the week in any other.</summary>
    public const int WeekStart = 6;

    private const string Columns =
        "b.week_start, b.session_count, b.total_distance_m, b.total_duration_s, b.total_volume_kg, b.avg_rpe, b.set_count, b.exercise_count";

    public string Sql() => $"""
        {Source.Asked(Aggregate, Key, Asked)}{(Totals ? $"""
            ,
            weeks as materialized (
                select k.ordinal, w.* from asked as k cross join lateral ({WeeksOfK}) as w
            )
            """ : "")}
        select k.ordinal as Ordinal, {FreshnessColumns.OfHead}, null::date as WeekStart,
               {(Totals ? """
                        coalesce(t.session_count, 0)::int as SessionCount, coalesce(t.total_distance_m, 0) as TotalDistanceM,
                        coalesce(t.total_duration_s, 0)::bigint as TotalDurationS, coalesce(t.total_volume_kg, 0) as TotalVolumeKg,
                        """ + (Details ? """
                        round(t.rpe_sum / nullif(t.rpe_count, 0), 2) as AvgRpe, coalesce(t.set_count, 0)::int as SetCount,
                        coalesce(e.exercise_count, 0)::int as ExerciseCount
                        """ : """
                        null::numeric as AvgRpe, coalesce(t.set_count, 0)::int as SetCount, 0 as ExerciseCount
                        """) : """
                        0 as SessionCount, 0::numeric as TotalDistanceM, 0::bigint as TotalDurationS, 0::numeric as TotalVolumeKg,
                        null::numeric as AvgRpe, 0 as SetCount, 0 as ExerciseCount
                        """)}
        from asked as k
        join analytics.freshness(@userIds, '{Source.FreshnessName()}', '{Aggregate}') as f on f.user_id = k.user_id
        {(Totals ? SumsOfRanges : "")}
        {(Totals && Details ? ExercisesOfRanges : "")}
        union all
        select w.ordinal, {FreshnessColumns.OfRow("w")}, w.week_start, w.session_count, w.total_distance_m,
               w.total_duration_s, w.total_volume_kg, w.avg_rpe, w.set_count, w.exercise_count
        from {(Totals ? "weeks as w" : $"(select k.ordinal, w.* from asked as k cross join lateral ({WeeksOfK}) as w) as w")}
        """;

    private string Asked => AnyCalendar
        ? """
            k.user_id, k.first_week, k.last_week, k.time_zone, k.first_day, k.ordinal
            from unnest(@userIds, @firsts, @lasts, @timeZones, @firstDays) with ordinality
                as k (user_id, first_week, last_week, time_zone, first_day, ordinal)
            """
        : """
            k.user_id, k.first_week, k.last_week, k.ordinal
            from unnest(@userIds, @firsts, @lasts) with ordinality as k (user_id, first_week, last_week, ordinal)
            """;

    /// <summary>The weeks of one range k; of each layer ascending, for the index has them so.</summary>
    private string WeeksOfK => AnyCalendar
        ? $"""
            select w.week_start, count(*)::int as session_count, coalesce(sum(w.distance_m), 0) as total_distance_m,
                   coalesce(sum(w.duration_s), 0)::bigint as total_duration_s, sum(w.total_volume_kg) as total_volume_kg,
                   round(sum(w.rpe_sum) / nullif(sum(w.rpe_count), 0), 2) as avg_rpe, sum(w.set_count)::int as set_count,
                   {(Details ? ExercisesOfWeek : "null::int as exercise_count")},
                   max(w.last_refresh_at) as last_refresh_at, sum(w.rpe_sum) as rpe_sum, sum(w.rpe_count)::int as rpe_count
            from (
                select s.*, {WeekCalendar.WeekOfDaySql("s.day")} as week_start
                from (
                    select s.*, {WeekCalendar.DayOfInstantSql("s.started_at")} as day
                    from ({SessionsOfK}) as s
                    offset 0
                ) as s
            ) as w
            where w.week_start between k.first_week and k.last_week
            group by w.week_start
            order by w.week_start
            offset 0
            """
        : $"""
            {Source.Rows(Aggregate, Key, Details ? $"{Columns}, b.rpe_sum, b.rpe_count, b.exercise_ids" : Columns,
                "b.user_id = k.user_id and b.week_start between k.first_week and k.last_week",
                "d.week_start between k.first_week and k.last_week")}
            offset 0
            """;

    // Not exercise_union: a final function in SQL is started anew for each week.
    private const string ExercisesOfWeek = """
        (select count(distinct x.id) from unnest(analytics.exercise_lists(w.exercise_ids)) as x (id))::int as exercise_count,
        analytics.exercise_lists(w.exercise_ids) as exercise_ids
        """;

    // A day to either side: no zone is further than that from UTC, and which week it is decides the day above.
    private string SessionsOfK => Source.Rows(Aggregate, Key,
        "b.started_at, b.distance_m, b.duration_s, b.total_volume_kg, b.rpe_sum, b.rpe_count, b.set_count"
            + (Details ? ", b.exercise_ids" : ""),
        """
        b.user_id = k.user_id and b.started_at >= (k.first_week - 1)::timestamp at time zone 'UTC'
                and b.started_at < (k.last_week + 8)::timestamp at time zone 'UTC'
        """);

    private string SumsOfRanges => $"""
        left join (
            select w.ordinal, sum(w.session_count) as session_count, sum(w.total_distance_m) as total_distance_m,
                   sum(w.total_duration_s) as total_duration_s, sum(w.total_volume_kg) as total_volume_kg,
                   {(Details ? "sum(w.rpe_sum) as rpe_sum, sum(w.rpe_count) as rpe_count, " : "")}sum(w.set_count) as set_count
            from weeks as w group by w.ordinal
        ) as t on t.ordinal = k.ordinal
        """;

    private const string ExercisesOfRanges = """
        left join (
            select w.ordinal, count(distinct x.id) as exercise_count
            from weeks as w cross join unnest(w.exercise_ids) as x (id) group by w.ordinal
        ) as e on e.ordinal = k.ordinal
        """;
}

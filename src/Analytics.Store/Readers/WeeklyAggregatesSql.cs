// The SQL of a batch of ranges of weeks: a head row for each range (freshness, totals), then its weeks.
//
// in UTC from Monday ⇒ the rows of weekly_aggregates
// in any calendar    ⇒ grouped from session_summary, or, in another zone from Monday, taken over from weekly_aggregates
//                      where nobody trained between the two midnights: it is then made of the very same sessions (ADR-024)
namespace Analytics.Store.Readers;

/// <param name="Totals">Whether the head rows carry sums over their range.</param>
/// <param name="Details">Whether those have the mean of RPE and the number of exercises.</param>
/// <param name="AnyCalendar">
/// Whether weeks are those of each range's own calendar, made of sessions; else they are those of weekly_aggregates.
/// </param>
/// <param name="Exercises">Whether weeks that are made of sessions have their exercises.</param>
internal readonly record struct WeeksShape(ReadSource Source, bool Totals, bool Details, bool AnyCalendar, bool Exercises)
{
    private static readonly bool[] NoOrYes = [false, true];

    public static IEnumerable<WeeksShape> All => (
        from source in Enum.GetValues<ReadSource>()
        from totals in NoOrYes
        from details in NoOrYes
        from exercises in NoOrYes
        from anyCalendar in NoOrYes
        select Of(source, new WeeksWanted(totals, details, exercises), anyCalendar)).Distinct();

    /// <summary>What is wanted, and no more.</summary>
    public static WeeksShape Of(ReadSource source, WeeksWanted wanted, bool anyCalendar)
    {
        var details = wanted.Totals && wanted.Details;
        return new WeeksShape(source, wanted.Totals, details, anyCalendar, anyCalendar && (details || wanted.ExerciseCounts));
    }

    /// <summary>Whether weeks are taken over where they can be. The plain views have nothing to take over from.</summary>
    private bool TakesOver => AnyCalendar && Source is ReadSource.Incremental or ReadSource.Matview;

    private const string Weekly = "weekly_aggregates", WeeklyKey = "week_start";

    private string Aggregate => AnyCalendar ? SessionSql.Aggregate : Weekly;
    private string Key => AnyCalendar ? SessionSql.Key : WeeklyKey;

    public const int FirstOfFreshness = 1, RefreshedAt = 5;

    /// <summary>The column that is null in a head row and tells the week in any other.</summary>
    public const int WeekStart = 6;

    private const string Columns =
        "b.week_start, b.session_count, b.total_distance_m, b.total_duration_s, b.total_volume_kg, b.avg_rpe, b.set_count, b.exercise_count";

    public string Sql() => $"""
        {Source.Asked(Aggregate, Key, Asked)}{(TakesOver ? $"""
            ,
            {WhatIsTakenOver}
            """ : "")}{(Totals ? $"""
            ,
            weeks as materialized (
                {Weeks}
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
        join {(TakesOver ? "fresh" : Fresh)} as f on f.user_id = k.user_id
        {(Totals ? SumsOfRanges : "")}
        {(Details ? ExercisesOfRanges : "")}
        union all
        select w.ordinal, {FreshnessColumns.OfRow("w")}, w.week_start, w.session_count, w.total_distance_m,
               w.total_duration_s, w.total_volume_kg, w.avg_rpe, w.set_count, w.exercise_count
        from {(Totals ? "weeks" : $"({Weeks})")} as w
        """;

    private string Fresh => $"analytics.freshness(@userIds, '{Source.FreshnessName()}', '{Aggregate}')";

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

    /// <summary>The weeks of all ranges.</summary>
    private string Weeks => (AnyCalendar, TakesOver) switch
    {
        (false, _) => WeeksOf("asked", RowsOfK),
        (_, false) => WeeksOf("asked", GroupsOfK),
        _ => $"""
            {WeeksOf("settled", RowsOfK)}
            where (k.ordinal, w.week_start) not in (select m.ordinal, m.week_start from mixed as m)
            union all
            {WeeksOf("grouped", GroupsOfK)}
            """,
    };

    private string WeeksOf(string ranges, string weeksOfK) => $"""
        select k.ordinal, w.week_start, w.session_count, w.total_distance_m, w.total_duration_s, w.total_volume_kg, w.avg_rpe,
               w.set_count, w.exercise_count, w.last_refresh_at{(Details ? ", w.rpe_sum, w.rpe_count, w.exercise_ids" : "")}
        from {ranges} as k cross join lateral ({weeksOfK}) as w
        """;

    /// <summary>
    /// Which ranges may take weeks over (settled), which of their weeks may not (mixed), and what is grouped from sessions
    /// for that (grouped). The two aggregates say the same of a user with nothing pending, and of nobody else for sure.
    /// </summary>
    private string WhatIsTakenOver => $"""
        fresh as materialized (
            select f.* from {Fresh} as f
        ),
        settled as materialized (
            select k.* from asked as k join fresh as f on f.user_id = k.user_id where f.pending_changes = 0 and k.first_day = 1
        ),
        mixed as materialized (
            select k.ordinal, w.week_start
            from settled as k
            cross join lateral (
                select {WeekCalendar.WeekOfDaySql("s.day")} as own, {WeekCalendar.WeekOfDaySql("s.day_in_utc")} as other
                from (
                    select {WeekCalendar.DayOfInstantSql("s.started_at")} as day, (s.started_at at time zone 'UTC')::date as day_in_utc
                    from ({StartsOfK}) as s
                    -- Near Monday in UTC, a fifth of the sessions, found in whole numbers: no zone was ever 16 hours from it.
                    where date_bin('7 days', s.started_at - interval '16 hours', timestamptz '2001-01-01Z')
                        <> date_bin('7 days', s.started_at + interval '16 hours', timestamptz '2001-01-01Z')
                    offset 0
                ) as s
            ) as s
            cross join lateral (values (s.own), (s.other)) as w (week_start)
            where s.own <> s.other and w.week_start between k.first_week and k.last_week
            group by k.ordinal, w.week_start
        ),
        grouped as materialized (
            select k.user_id, k.first_week, k.last_week, k.time_zone, k.first_day, k.ordinal
            from asked as k where k.ordinal not in (select s.ordinal from settled as s)
            union all
            select k.user_id, m.week_start, m.week_start, k.time_zone, k.first_day, k.ordinal
            from mixed as m join asked as k on k.ordinal = m.ordinal
        )
        """;

    /// <summary>When the sessions of one range k start, from the index alone; also of those that the delta knows better: a
    /// week too many is grouped, and none too few.</summary>
    private string StartsOfK => string.Join("\nunion all\n", Source.Layers(Aggregate, Key).Select(layer => $"""
        select b.started_at from {layer.Relation} as b where {InRangeOfK}{layer.Condition}
        """));

    /// <summary>The rows of weekly_aggregates of one range k; of each layer ascending, for the index has them so.</summary>
    private string RowsOfK => $"""
        {Source.Rows(Weekly, WeeklyKey, Details ? $"{Columns}, b.rpe_sum, b.rpe_count, b.exercise_ids" : Columns,
            "b.user_id = k.user_id and b.week_start between k.first_week and k.last_week",
            "d.week_start between k.first_week and k.last_week")}
        offset 0
        """;

    /// <summary>The weeks of one range k, grouped from its sessions.</summary>
    private string GroupsOfK => $"""
        select w.week_start, count(*)::int as session_count, coalesce(sum(w.distance_m), 0) as total_distance_m,
               coalesce(sum(w.duration_s), 0)::bigint as total_duration_s, sum(w.total_volume_kg) as total_volume_kg,
               round(sum(w.rpe_sum) / nullif(sum(w.rpe_count), 0), 2) as avg_rpe, sum(w.set_count)::int as set_count,
               {(Exercises ? ExercisesOfWeek : "null::int as exercise_count")},
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
        """;

    // Not exercise_union: a final function in SQL is started anew for each week.
    private const string ExercisesOfWeek = """
        (select count(distinct x.id) from unnest(analytics.exercise_lists(w.exercise_ids)) as x (id))::int as exercise_count,
        analytics.exercise_lists(w.exercise_ids) as exercise_ids
        """;

    private string SessionsOfK => Source.Rows(Aggregate, Key,
        "b.started_at, b.distance_m, b.duration_s, b.total_volume_kg, b.rpe_sum, b.rpe_count, b.set_count"
            + (Exercises ? ", b.exercise_ids" : ""),
        InRangeOfK);

    // A day to either side: no zone is further than that from UTC, and which week it is decides the day.
    private const string InRangeOfK = """
        b.user_id = k.user_id and b.started_at >= (k.first_week - 1)::timestamp at time zone 'UTC'
                and b.started_at < (k.last_week + 8)::timestamp at time zone 'UTC'
        """;

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

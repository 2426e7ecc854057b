// Weeks of users, for a batch of ranges in one statement, with totals and freshness from the same snapshot.
using Dapper;
using Npgsql;

namespace Analytics.Store.Readers;

/// <summary>The weeks of one user from one Monday to another, both included.</summary>
public readonly record struct WeekRange(Guid UserId, DateOnly FirstWeek, DateOnly LastWeek);

/// <summary>One row of weekly_aggregates: metres, seconds, kilograms.</summary>
/// <param name="LastRefreshAt">When this row was recomputed.</param>
public sealed record WeekRow(
    DateOnly WeekStart, int SessionCount, double TotalDistanceM, long TotalDurationS, double TotalVolumeKg, double? AvgRpe,
    int SetCount, int ExerciseCount, DateTime LastRefreshAt);

/// <summary>Sums over the weeks of a range; exercises counted once however many weeks they occur in.</summary>
public sealed record WeekTotals(
    int WeekCount, int SessionCount, double TotalDistanceM, long TotalDurationS, double TotalVolumeKg, double? AvgRpe,
    int SetCount, int ExerciseCount);

/// <param name="Weeks">Ascending; weeks without a session are absent.</param>
/// <param name="Totals">Null unless they were asked for.</param>
public sealed record WeeksOfUser(IReadOnlyList<WeekRow> Weeks, WeekTotals? Totals, Freshness Freshness);

public sealed class WeeklyAggregatesReader(NpgsqlDataSource reads)
{
    private const string Aggregate = "weekly_aggregates";
    private static readonly IReadOnlyDictionary<ReadSource, string> Plain = ReadSources.ForEach(s => Sql(s, totals: false));
    private static readonly IReadOnlyDictionary<ReadSource, string> WithTotals = ReadSources.ForEach(s => Sql(s, totals: true));

    /// <summary>Reads a batch of ranges in one statement, from weekly_aggregates_current or the source's equivalent.</summary>
    /// <param name="ranges">Distinct.</param>
    /// <param name="totals">Whether totals are wanted: they cost reading each week's exercise ids.</param>
    /// <returns>One entry per range, known user or not.</returns>
    /// <exception cref="PostgresException">57014: the statement timeout ended it.</exception>
    public async Task<IReadOnlyDictionary<WeekRange, WeeksOfUser>> ReadAsync(
        IReadOnlyList<WeekRange> ranges, bool totals, ReadSource source, CancellationToken ct)
    {
        await using var connection = await reads.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition((totals ? WithTotals : Plain)[source], new
        {
            userIds = ranges.Select(r => r.UserId).ToArray(),
            firsts = ranges.Select(r => r.FirstWeek).ToArray(),
            lasts = ranges.Select(r => r.LastWeek).ToArray(),
        }, cancellationToken: ct));
        return rows.GroupBy(r => r.Ordinal).ToDictionary(g => ranges[(int)g.Key - 1], g => Assemble(g, totals, source));
    }

    private static WeeksOfUser Assemble(IEnumerable<Row> rows, bool totals, ReadSource source)
    {
        Row? head = null;
        var weeks = new List<WeekRow>();
        foreach (var row in rows)
            if (row.WeekStart is { } week)
                weeks.Add(new WeekRow(week, row.SessionCount, row.TotalDistanceM, row.TotalDurationS, row.TotalVolumeKg,
                    row.AvgRpe, row.SetCount, row.ExerciseCount, row.RefreshedAt));
            else
                head = row;
        var freshness = new Freshness(head!.AsOf!.Value, head.RefreshedAt, head.PendingChanges, head.LagS, source);
        return new WeeksOfUser(weeks, !totals ? null : new WeekTotals(weeks.Count, head.SessionCount, head.TotalDistanceM,
            head.TotalDurationS, head.TotalVolumeKg, head.AvgRpe, head.SetCount, head.ExerciseCount), freshness);
    }

    /// <summary>Each range gives a head row (week null: totals and freshness), then its weeks.</summary>
    private sealed class Row
    {
        public long Ordinal { get; init; }
        public DateTime? AsOf { get; init; }
        public int PendingChanges { get; init; }
        public double LagS { get; init; }
        public DateTime RefreshedAt { get; init; }
        public DateOnly? WeekStart { get; init; }
        public int SessionCount { get; init; }
        public double TotalDistanceM { get; init; }
        public long TotalDurationS { get; init; }
        public double TotalVolumeKg { get; init; }
        public double? AvgRpe { get; init; }
        public int SetCount { get; init; }
        public int ExerciseCount { get; init; }
    }

    private static string Sql(ReadSource source, bool totals) => $"""
        with asked as materialized (
            select k.user_id, k.first_week, k.last_week, k.ordinal
            from unnest(@userIds, @firsts, @lasts) with ordinality as k (user_id, first_week, last_week, ordinal)
        ),
        weeks as materialized (
            select k.ordinal, w.*
            from asked as k
            cross join lateral (
                select w.week_start, w.session_count, w.total_distance_m, w.total_duration_s, w.total_volume_kg, w.avg_rpe,
                       w.set_count, w.exercise_count, w.last_refresh_at{(totals ? ", w.rpe_sum, w.rpe_count, w.exercise_ids" : "")}
                from {source.Relation(Aggregate)} as w
                where w.user_id = k.user_id and w.week_start between k.first_week and k.last_week
                order by w.week_start
                offset 0
            ) as w
        )
        select k.ordinal as Ordinal, f.as_of as AsOf, f.pending_changes as PendingChanges, f.lag_s as LagS,
               f.last_refresh_at as RefreshedAt, null::date as WeekStart,
               {(totals ? """
                        coalesce(t.session_count, 0)::int as SessionCount, coalesce(t.total_distance_m, 0)::float8 as TotalDistanceM,
                        coalesce(t.total_duration_s, 0)::bigint as TotalDurationS, coalesce(t.total_volume_kg, 0)::float8 as TotalVolumeKg,
                        round(t.rpe_sum / nullif(t.rpe_count, 0), 2)::float8 as AvgRpe, coalesce(t.set_count, 0)::int as SetCount,
                        coalesce(e.exercise_count, 0)::int as ExerciseCount
                        """ : """
                        0 as SessionCount, 0::float8 as TotalDistanceM, 0::bigint as TotalDurationS, 0::float8 as TotalVolumeKg,
                        null::float8 as AvgRpe, 0 as SetCount, 0 as ExerciseCount
                        """)}
        from asked as k
        join analytics.freshness(@userIds, '{source.SqlName()}', '{Aggregate}') as f on f.user_id = k.user_id
        {(totals ? """
            left join (
                select w.ordinal, sum(w.session_count) as session_count, sum(w.total_distance_m) as total_distance_m,
                       sum(w.total_duration_s) as total_duration_s, sum(w.total_volume_kg) as total_volume_kg,
                       sum(w.rpe_sum) as rpe_sum, sum(w.rpe_count) as rpe_count, sum(w.set_count) as set_count
                from weeks as w group by w.ordinal
            ) as t on t.ordinal = k.ordinal
            left join (
                select w.ordinal, count(distinct x.id) as exercise_count
                from weeks as w cross join unnest(w.exercise_ids) as x (id) group by w.ordinal
            ) as e on e.ordinal = k.ordinal
            """ : "")}
        union all
        select w.ordinal, null, 0, 0, w.last_refresh_at, w.week_start, w.session_count, w.total_distance_m::float8,
               w.total_duration_s, w.total_volume_kg::float8, w.avg_rpe::float8, w.set_count, w.exercise_count
        from weeks as w
        order by 1, 6 nulls first
        """;
}

// Weeks of users, for a batch of ranges in one statement, with totals and freshness from the same snapshot.
using Dapper;
using Npgsql;

namespace Analytics.Store.Readers;

/// <summary>The weeks of one user from one to another, both given by their first day and included.</summary>
/// <param name="Calendar">How its weeks are counted; both days begin a week of it.</param>
public readonly record struct WeekRange(Guid UserId, DateOnly FirstWeek, DateOnly LastWeek, WeekCalendar Calendar);

/// <summary>What a user did in one week: metres, seconds, kilograms.</summary>
/// <param name="LastRefreshAt">When this row, or the latest of the sessions that it sums, was recomputed.</param>
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

public sealed class WeeklyAggregatesReader(ReadServers reads)
{
    private static readonly Dictionary<WeeksShape, string> Texts = WeeksShape.All.ToDictionary(s => s, s => s.Sql());

    /// <summary>
    /// Reads a batch of ranges in one statement: from weekly_aggregates_current or the source's equivalent, and where a range
    /// counts weeks in another calendar than the ISO week in UTC, all of them from session_summary_current.
    /// </summary>
    /// <param name="ranges">Distinct.</param>
    /// <param name="totals">Whether totals are wanted: they cost reading each week's exercise ids.</param>
    /// <returns>One entry per range, known user or not.</returns>
    /// <exception cref="PostgresException">57014: the statement timeout ended it.</exception>
    public Task<IReadOnlyDictionary<WeekRange, WeeksOfUser>> ReadAsync(
        IReadOnlyList<WeekRange> ranges, bool totals, ReadSource source, CancellationToken ct) =>
        reads.AskAsync(source, connection => ReadAsync(connection, ranges, totals, source, ct), ct);

    private static async Task<IReadOnlyDictionary<WeekRange, WeeksOfUser>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<WeekRange> ranges, bool totals, ReadSource source, CancellationToken ct)
    {
        var anyCalendar = ranges.Any(r => r.Calendar != WeekCalendar.Iso);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            Texts[new WeeksShape(source, totals, anyCalendar)], Parameters(ranges, anyCalendar), cancellationToken: ct));

        var heads = new Row[ranges.Count];
        var weeks = new List<WeekRow>[ranges.Count];
        foreach (var row in rows)
            if (row.WeekStart is { } week)
                (weeks[row.Ordinal - 1] ??= []).Add(row.ToWeek(week));
            else
                heads[row.Ordinal - 1] = row;
        return ranges.Select((range, i) => (range, heads[i].ToWeeks(weeks[i] ?? [], totals, source)))
            .ToDictionary(r => r.range, r => r.Item2);
    }

    private static DynamicParameters Parameters(IReadOnlyList<WeekRange> ranges, bool anyCalendar)
    {
        var parameters = new DynamicParameters();
        parameters.Add("userIds", ranges.Select(r => r.UserId).ToArray());
        parameters.Add("firsts", ranges.Select(r => r.FirstWeek).ToArray());
        parameters.Add("lasts", ranges.Select(r => r.LastWeek).ToArray());
        if (anyCalendar)
        {
            parameters.Add("timeZones", ranges.Select(r => r.Calendar.TimeZone).ToArray());
            parameters.Add("firstDays", ranges.Select(r => r.Calendar.IsoFirstDay).ToArray());
        }
        return parameters;
    }

    /// <summary>Each range gives a head row (week null: totals and freshness), and its weeks in order.</summary>
    private sealed class Row : FreshnessColumns
    {
        public long Ordinal { get; init; }
        public DateOnly? WeekStart { get; init; }
        public int SessionCount { get; init; }
        public double TotalDistanceM { get; init; }
        public long TotalDurationS { get; init; }
        public double TotalVolumeKg { get; init; }
        public double? AvgRpe { get; init; }
        public int SetCount { get; init; }
        public int ExerciseCount { get; init; }

        public WeekRow ToWeek(DateOnly week) => new(
            week, SessionCount, TotalDistanceM, TotalDurationS, TotalVolumeKg, AvgRpe, SetCount, ExerciseCount, RefreshedAt);

        public WeeksOfUser ToWeeks(List<WeekRow> weeks, bool totals, ReadSource source)
        {
            // The statement sorts the weeks of each range, and promises nothing about how it puts the ranges together.
            for (var i = 1; i < weeks.Count; i++)
                if (weeks[i].WeekStart < weeks[i - 1].WeekStart)
                {
                    weeks.Sort((a, b) => a.WeekStart.CompareTo(b.WeekStart));
                    break;
                }
            return new WeeksOfUser(
                weeks,
                !totals ? null : new WeekTotals(
                    weeks.Count, SessionCount, TotalDistanceM, TotalDurationS, TotalVolumeKg, AvgRpe, SetCount, ExerciseCount),
                ToFreshness(source));
        }
    }
}

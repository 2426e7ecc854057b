// Weeks of users, for a batch of ranges in one statement, with totals and freshness from the same snapshot.
using Npgsql;

namespace Analytics.Store.Readers;

/// <summary>The weeks of one user from one to another, both given by their first day and included.</summary>
/// <param name="Calendar">How its weeks are counted; both days begin a week of it.</param>
public readonly record struct WeekRange(Guid UserId, DateOnly FirstWeek, DateOnly LastWeek, WeekCalendar Calendar)
{
    public int Weeks => ((LastWeek.DayNumber - FirstWeek.DayNumber) / 7) + 1;
}

/// <summary>What a user did in one week: metres, seconds, kilograms.</summary>
/// <param name="ExerciseCount">Null where it was not asked for and not at hand.</param>
/// <param name="LastRefreshAt">When this row, or the latest of the sessions that it sums, was recomputed.</param>
public sealed record WeekRow(
    DateOnly WeekStart, int SessionCount, double TotalDistanceM, long TotalDurationS, double TotalVolumeKg, double? AvgRpe,
    int SetCount, int? ExerciseCount, DateTime LastRefreshAt);

/// <summary>Sums over the weeks of a range; exercises counted once however many weeks they occur in.</summary>
/// <param name="Details">Null where they were not asked for.</param>
public sealed record WeekTotals(
    int WeekCount, int SessionCount, double TotalDistanceM, long TotalDurationS, double TotalVolumeKg, int SetCount,
    WeekTotalsDetails? Details);

/// <summary>What of the totals rests on each week's sums of RPE and ids of exercises.</summary>
public sealed record WeekTotalsDetails(double? AvgRpe, int ExerciseCount);

/// <summary>What is read of ranges besides their weeks' own sums.</summary>
/// <param name="Totals">Sums over each range.</param>
/// <param name="Details">The totals' details: they cost fetching each week's row, which the rest needs no more of than the
/// index.</param>
/// <param name="ExerciseCounts">Each week's number of exercises: where weeks are grouped from sessions it costs the sessions'
/// ids of exercises, else nothing.</param>
public readonly record struct WeeksWanted(bool Totals, bool Details, bool ExerciseCounts)
{
    /// <summary>What either wants.</summary>
    public static WeeksWanted operator |(WeeksWanted one, WeeksWanted other) =>
        new(one.Totals | other.Totals, one.Details | other.Details, one.ExerciseCounts | other.ExerciseCounts);
}

/// <param name="Weeks">Ascending; weeks without a session are absent.</param>
/// <param name="Totals">Null unless they were asked for.</param>
public sealed record WeeksOfUser(IReadOnlyList<WeekRow> Weeks, WeekTotals? Totals, Freshness Freshness);

public sealed class WeeklyAggregatesReader(ReadServers reads)
{
    private static readonly Dictionary<WeeksShape, string> Texts = WeeksShape.All.ToDictionary(
        s => s, s => StatementText.Positional(s.Sql(), "userIds", "firsts", "lasts", "timeZones", "firstDays"));

    /// <summary>
    /// Reads a batch of ranges in one statement: from weekly_aggregates_current or the source's equivalent; where a range counts
    /// weeks in another calendar than the ISO week in UTC, from session_summary_current what cannot be taken over (ADR-024).
    /// </summary>
    /// <param name="ranges">Distinct.</param>
    /// <returns>One entry per range, known user or not.</returns>
    /// <exception cref="PostgresException">57014: the statement timeout ended it.</exception>
    public Task<IReadOnlyDictionary<WeekRange, WeeksOfUser>> ReadAsync(
        IReadOnlyList<WeekRange> ranges, WeeksWanted wanted, ReadSource source, CancellationToken ct) =>
        reads.AskAsync(source, connection => ReadAsync(connection, ranges, wanted, source, ct), ct);

    private static async Task<IReadOnlyDictionary<WeekRange, WeeksOfUser>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<WeekRange> ranges, WeeksWanted wanted, ReadSource source, CancellationToken ct)
    {
        var anyCalendar = ranges.Any(r => r.Calendar != WeekCalendar.Iso);
        await using var command = new NpgsqlCommand(Texts[WeeksShape.Of(source, wanted, anyCalendar)], connection);
        AddParameters(command.Parameters, ranges, anyCalendar);
        var heads = new Head[ranges.Count];
        var weeks = new List<WeekRow>?[ranges.Count];
        await using (var rows = await command.ExecuteReaderAsync(ct))
        {
            while (await rows.ReadAsync(ct))
            {
                var i = (int)rows.GetInt64(0) - 1;
                var refreshedAt = rows.GetDateTime(WeeksShape.RefreshedAt);
                if (rows.IsDBNull(WeeksShape.WeekStart)) heads[i] = Head.Of(rows, wanted, source);
                else (weeks[i] ??= new List<WeekRow>(ranges[i].Weeks)).Add(WeekOf(rows, refreshedAt));
            }
        }
        var found = new Dictionary<WeekRange, WeeksOfUser>(ranges.Count);
        for (var i = 0; i < heads.Length; i++)
            found[ranges[i]] = heads[i].With(weeks[i] ?? []);
        return found;
    }

    private static void AddParameters(NpgsqlParameterCollection parameters, IReadOnlyList<WeekRange> ranges, bool anyCalendar)
    {
        parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ranges.Select(r => r.UserId)] });
        parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. ranges.Select(r => r.FirstWeek)] });
        parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. ranges.Select(r => r.LastWeek)] });
        if (!anyCalendar) return;
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. ranges.Select(r => r.Calendar.TimeZone)] });
        parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. ranges.Select(r => r.Calendar.IsoFirstDay)] });
    }

    // Column by column and not by Dapper, which boxes each value: 600 weeks have 5,000 of them. From left to right, since
    // Npgsql finds a column that lies before the last one by going through the row again.
    private static WeekRow WeekOf(NpgsqlDataReader row, DateTime refreshedAt) => new(
        row.GetFieldValue<DateOnly>(WeeksShape.WeekStart), row.GetInt32(7), row.GetNumeric(8), row.GetInt64(9), row.GetNumeric(10),
        row.GetNumericOrNull(11), row.GetInt32(12), row.IsDBNull(13) ? null : row.GetInt32(13), refreshedAt);

    /// <summary>What comes before the weeks of a range: its freshness and totals.</summary>
    private readonly record struct Head(Freshness Freshness, WeekTotals? Totals)
    {
        public static Head Of(NpgsqlDataReader row, WeeksWanted wanted, ReadSource source) => new(
            FreshnessColumns.FreshnessOf(row, WeeksShape.FirstOfFreshness, source),
            wanted.Totals ? TotalsOf(row, wanted.Details) : null);

        private static WeekTotals TotalsOf(NpgsqlDataReader row, bool details)
        {
            var (sessions, distance, duration, volume) = (row.GetInt32(7), row.GetNumeric(8), row.GetInt64(9), row.GetNumeric(10));
            var (rpe, sets, exercises) = (row.GetNumericOrNull(11), row.GetInt32(12), row.GetInt32(13));
            return new WeekTotals(0, sessions, distance, duration, volume, sets, details ? new WeekTotalsDetails(rpe, exercises) : null);
        }

        public WeeksOfUser With(List<WeekRow> weeks)
        {
            // Each layer gives its weeks in order, and promises nothing about how the layers are put together.
            for (var i = 1; i < weeks.Count; i++)
                if (weeks[i].WeekStart < weeks[i - 1].WeekStart)
                {
                    weeks.Sort((a, b) => a.WeekStart.CompareTo(b.WeekStart));
                    break;
                }
            return new WeeksOfUser(weeks, Totals is null ? null : Totals with { WeekCount = weeks.Count }, Freshness);
        }
    }
}

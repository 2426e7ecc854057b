// A range of weeks: its nodes, totals and freshness, all of one snapshot.
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Engine.Scalars;
using Analytics.Gql.PersonalRecords;
using Analytics.Gql.SessionSummaries;
using Analytics.Store.Readers;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql.WeeklyAggregates;

/// <summary>A user's weeks in a range of days.</summary>
[Versioned]
public sealed class WeeklyAggregates(WeeksAsked asked, WeeksOfUser weeks, bool fillGaps)
{
    /// <summary>Whose weeks they are.</summary>
    public Guid UserId => Asked.Range.UserId;

    /// <summary>The weeks that overlap the range, oldest first; weeks without a session are absent unless 'fillGaps' asks
    /// for them.</summary>
    public IEnumerable<WeeklyAggregate> Nodes =>
        (fillGaps ? WithGaps() : weeks.Weeks).Select(w => new WeeklyAggregate(this, w));

    /// <summary>Over all these weeks; exercises are counted once.</summary>
    public WeeklyTotals Totals => new(Read(weeks.Totals));

    /// <summary>How fresh these weeks are.</summary>
    public Freshness.Freshness Freshness => new(weeks.Freshness);

    internal WeeksAsked Asked { get; } = asked;

    internal static T Read<T>(T? value) where T : class => value ?? throw Missed;

    internal static int Read(int? value) => value ?? throw Missed;

    private static InvalidOperationException Missed => new("A field was selected but not read: the look-ahead missed it.");

    private IEnumerable<WeekRow> WithGaps()
    {
        var next = 0;
        for (var day = Asked.Range.FirstWeek.DayNumber; day <= Asked.Range.LastWeek.DayNumber; day += 7)
        {
            var week = DateOnly.FromDayNumber(day);
            yield return next < weeks.Weeks.Count && weeks.Weeks[next].WeekStart == week
                ? weeks.Weeks[next++]
                : new WeekRow(week, 0, 0, 0, 0, null, 0, 0, weeks.Freshness.LastRefreshAt);
        }
    }
}

/// <summary>What a user did in one week.</summary>
[Versioned]
public sealed class WeeklyAggregate(WeeklyAggregates of, WeekRow row)
{
    /// <summary>For the cost of an operation: few train more often.</summary>
    private const int UsualSessions = 5;

    /// <summary>The week's first day: a Monday, unless 'weekStartsOn' says otherwise.</summary>
    public DateOnly WeekStart => row.WeekStart;

    /// <summary>Sessions that started in the week, open ones included.</summary>
    public int SessionCount => row.SessionCount;

    /// <summary>Metres.</summary>
    public double TotalDistanceM => row.TotalDistanceM;

    /// <summary>Seconds over the sessions that have ended; 2147483647 stands for that or more.</summary>
    public int TotalDurationS => Saturated.ToInt(row.TotalDurationS);

    /// <summary>Kilograms: reps times weight over working sets.</summary>
    public double TotalVolumeKg => row.TotalVolumeKg;

    /// <summary>Mean rate of perceived exertion over working sets that have one; two decimals.</summary>
    public double? AvgRpe => row.AvgRpe;

    /// <summary>Working sets; warm-ups are not counted.</summary>
    public int SetCount => row.SetCount;

    /// <summary>Distinct exercises.</summary>
    public int ExerciseCount => WeeklyAggregates.Read(row.ExerciseCount);

    /// <summary>When this row was recomputed, or the latest of those that it sums.</summary>
    public DateTimeOffset LastRefreshAt => row.LastRefreshAt;

    /// <summary>The sessions of the week, newest first; at most 500, else LIMIT_EXCEEDED.</summary>
    [ListSize(UsualSessions)]
    public IDataLoaderResult<IReadOnlyList<SessionSummary>> Sessions([FromServices] SessionsOfWeekLoader loader) =>
        loader.LoadBounded(Week);

    /// <summary>Personal records that were set in this week and still stand; each measure of each exercise is one.</summary>
    public IDataLoaderResult<int> PersonalRecordCount([FromServices] PersonalRecordCountLoader loader) => loader.Load(Week);

    private WeekAsked Week => new(new UserWeek(of.UserId, row.WeekStart, of.Asked.Range.Calendar), of.Asked.Consistency);
}

/// <summary>Sums over a range of weeks.</summary>
[Versioned]
public sealed class WeeklyTotals(WeekTotals totals)
{
    /// <summary>Weeks with a session.</summary>
    public int WeekCount => totals.WeekCount;

    /// <summary>Sessions that started in these weeks, open ones included.</summary>
    public int SessionCount => totals.SessionCount;

    /// <summary>Metres.</summary>
    public double TotalDistanceM => totals.TotalDistanceM;

    /// <summary>Seconds; 2147483647 stands for that or more.</summary>
    public int TotalDurationS => Saturated.ToInt(totals.TotalDurationS);

    /// <summary>Kilograms.</summary>
    public double TotalVolumeKg => totals.TotalVolumeKg;

    /// <summary>Mean over all working sets of the range that have one; two decimals.</summary>
    public double? AvgRpe => WeeklyAggregates.Read(totals.Details).AvgRpe;

    /// <summary>Working sets; warm-ups are not counted.</summary>
    public int SetCount => totals.SetCount;

    /// <summary>Distinct exercises of the range.</summary>
    public int ExerciseCount => WeeklyAggregates.Read(totals.Details).ExerciseCount;
}

// A range of weeks: its nodes, totals and freshness, all of one snapshot.
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Engine.Scalars;
using Analytics.Gql.SessionSummaries;
using Analytics.Store.Readers;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql.WeeklyAggregates;

/// <summary>A user's weeks in a range of days.</summary>
public sealed class WeeklyAggregates(Guid userId, WeeksOfUser weeks)
{
    /// <summary>Whose weeks they are.</summary>
    public Guid UserId => userId;

    /// <summary>The weeks that overlap the range, oldest first; weeks without a session are absent.</summary>
    public IEnumerable<WeeklyAggregate> Nodes => weeks.Weeks.Select(w => new WeeklyAggregate(userId, w));

    /// <summary>Over all these weeks; exercises are counted once.</summary>
    public WeeklyTotals Totals => new(weeks.Totals
        ?? throw new InvalidOperationException("Totals were selected but not read: the look-ahead missed the field."));

    /// <summary>How fresh these weeks are.</summary>
    public Freshness.Freshness Freshness => new(weeks.Freshness);
}

/// <summary>What a user did in one week, Monday to Sunday in UTC.</summary>
public sealed class WeeklyAggregate(Guid userId, WeekRow row)
{
    /// <summary>For the cost of an operation: few train more often.</summary>
    private const int UsualSessions = 5;

    /// <summary>The Monday.</summary>
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
    public int ExerciseCount => row.ExerciseCount;

    /// <summary>When this row was recomputed.</summary>
    public DateTimeOffset LastRefreshAt => row.LastRefreshAt;

    /// <summary>The sessions of the week, newest first; at most 500, else LIMIT_EXCEEDED.</summary>
    [ListSize(UsualSessions)]
    public IDataLoaderResult<IReadOnlyList<SessionSummary>> Sessions([FromServices] SessionsOfWeekLoader loader) =>
        loader.LoadBounded(new UserWeek(userId, row.WeekStart));
}

/// <summary>Sums over a range of weeks.</summary>
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
    public double? AvgRpe => totals.AvgRpe;

    /// <summary>Working sets; warm-ups are not counted.</summary>
    public int SetCount => totals.SetCount;

    /// <summary>Distinct exercises of the range.</summary>
    public int ExerciseCount => totals.ExerciseCount;
}

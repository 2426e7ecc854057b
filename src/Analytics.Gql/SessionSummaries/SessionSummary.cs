// One session's aggregates.
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Engine.Scalars;
using Analytics.Store.Readers;

namespace Analytics.Gql.SessionSummaries;

/// <summary>What one session amounted to.</summary>
[Versioned]
public sealed class SessionSummary(SessionRow row)
{
    /// <summary>Which session it is.</summary>
    public Guid SessionId => row.SessionId;

    /// <summary>Whose it is now.</summary>
    public Guid UserId => row.UserId;

    /// <summary>As the app recorded it, such as strength, run or ride.</summary>
    public string ActivityType => row.ActivityType;

    /// <summary>As the user named it; null when they did not.</summary>
    public string? Title => row.Title;

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt => row.StartedAt;

    /// <summary>Null while the session is open.</summary>
    public DateTimeOffset? EndedAt => row.EndedAt;

    /// <summary>Monday of the week it started in, in UTC.</summary>
    public DateOnly WeekStart => row.WeekStart;

    /// <summary>Whole seconds; null while the session is open, or when it ends before it starts; 2147483647 stands for
    /// that or more.</summary>
    public int? DurationS => row.DurationS is { } seconds ? Saturated.ToInt(seconds) : null;

    /// <summary>Metres: the session's own, else those of its sets; null when there are none.</summary>
    public double? DistanceM => row.DistanceM;

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

    /// <summary>How fresh this row is.</summary>
    public Freshness.Freshness Freshness => new(row.Freshness);
}

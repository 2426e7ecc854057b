// What a session, a week, or any number of sessions amount to, from the definitions in words:
// volume = sum of reps x weight over working sets; duration = whole seconds, null while open or when negative;
// distance = the session's own, else the sum of its sets'; average RPE = mean over working sets that have one, two
// decimals; sums are exact and rounded once, at the end.
namespace Analytics.Gql.Differential.Oracle;

/// <summary>Of one session.</summary>
public sealed record Summary(
    CoreSession Session, long? DurationS, decimal? DistanceM, decimal VolumeKg, decimal RpeSum, int RpeCount,
    int SetCount, IReadOnlySet<Guid> Exercises)
{
    public decimal? AvgRpe => Mean(RpeSum, RpeCount);

    /// <summary>The Monday of the ISO week of the start, in UTC.</summary>
    public DateOnly WeekStart => Calendar.Iso.WeekOf(Session.StartedAt);

    public static Summary Of(CoreSession session, IEnumerable<CoreSet> sets)
    {
        var all = sets.ToList();
        var working = all.Where(s => !s.IsWarmup).ToList();
        var rated = working.Where(s => s.Rpe is not null).ToList();
        return new Summary(
            session, Duration(session), session.DistanceM ?? Sum(all.Select(s => s.DistanceM)),
            working.Sum(s => s.Reps * s.WeightKg ?? 0m), rated.Sum(s => s.Rpe!.Value), rated.Count, working.Count,
            working.Select(s => s.ExerciseId).ToHashSet());
    }

    /// <summary>Null when it has no member that is not null.</summary>
    private static decimal? Sum(IEnumerable<decimal?> amounts) =>
        amounts.Aggregate((decimal?)null, (sum, amount) => amount is null ? sum : (sum ?? 0m) + amount);

    private static long? Duration(CoreSession session) =>
        session.EndedAt is { } end && end != DateTime.MaxValue && end >= session.StartedAt
            ? (end - session.StartedAt).Ticks / TimeSpan.TicksPerSecond
            : null;

    public static decimal? Mean(decimal sum, int count) =>
        count == 0 ? null : Math.Round(sum / count, 2, MidpointRounding.AwayFromZero);
}

/// <summary>Of several sessions: a week, or all weeks of a range.</summary>
public sealed record Totals(
    int SessionCount, decimal DistanceM, long DurationS, decimal VolumeKg, decimal? AvgRpe, int SetCount, int ExerciseCount)
{
    public static Totals Of(IReadOnlyCollection<Summary> sessions) => new(
        sessions.Count, sessions.Sum(s => s.DistanceM ?? 0m), sessions.Sum(s => s.DurationS ?? 0),
        sessions.Sum(s => s.VolumeKg),
        Summary.Mean(sessions.Sum(s => s.RpeSum), sessions.Sum(s => s.RpeCount)), sessions.Sum(s => s.SetCount),
        sessions.SelectMany(s => s.Exercises).Distinct().Count());
}

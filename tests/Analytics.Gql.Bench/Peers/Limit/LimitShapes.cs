// What the readers' rows say, without classes where a value does.
namespace Analytics.Gql.Bench.Peers.Limit;

/// <summary>The columns that weeks and totals share.</summary>
internal readonly record struct LimitSums(
    int SessionCount, double TotalDistanceM, long TotalDurationS, double TotalVolumeKg, double? AvgRpe, int SetCount,
    int ExerciseCount);

internal readonly record struct LimitFreshness(DateTime AsOf, DateTime RefreshedAt, int PendingChanges, double LagS);

internal readonly record struct LimitWeek(DateOnly Start, DateTime RefreshedAt, LimitSums Sums);

internal readonly record struct LimitSession(
    Guid Id, string ActivityType, string? Title, DateTime StartedAt, DateTime? EndedAt, long? DurationS, double? DistanceM,
    double TotalVolumeKg, double? AvgRpe, int SetCount, int ExerciseCount);

/// <summary>Of one range.</summary>
internal sealed class LimitWeeks
{
    public LimitFreshness Freshness { get; set; }
    public LimitSums Totals { get; set; }
    public List<LimitWeek> Weeks { get; } = [];

    /// <summary>Each layer gives its weeks in order, and they are mostly of one.</summary>
    public void SortWeeks()
    {
        for (var i = 1; i < Weeks.Count; i++)
            if (Weeks[i].Start < Weeks[i - 1].Start)
            {
                Weeks.Sort((a, b) => a.Start.CompareTo(b.Start));
                return;
            }
    }
}

internal sealed record LimitSessions(LimitFreshness Freshness, List<LimitSession> Sessions);

internal sealed record LimitTeam(Dictionary<Guid, string> Names, LimitWeeks[] Weeks);

/// <param name="Sessions">Of all weeks of all users, in their order.</param>
internal sealed record LimitTeamPage(LimitTeam Team, Dictionary<Guid, LimitFreshness> Freshness, List<LimitSession>[] Sessions);

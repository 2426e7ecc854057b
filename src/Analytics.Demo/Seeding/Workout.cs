namespace Analytics.Demo.Seeding;

/// <summary>A row of core.sessions with its sets.</summary>
/// <param name="DistanceM">Metres as the watch says; null where only the sets have one, or nothing was measured.</param>
public sealed record Workout(
    Guid Id, Guid UserId, string ActivityType, string? Title, DateTimeOffset StartedAt, DateTimeOffset? EndedAt,
    decimal? DistanceM, IReadOnlyList<WorkoutSet> Sets);

/// <summary>A row of core.sets. Null: not measured, or not what this kind of set has.</summary>
public sealed record WorkoutSet(
    Guid Id, Guid SessionId, Guid ExerciseId, int SetIndex, bool IsWarmup, int? Reps, decimal? WeightKg, decimal? Rpe,
    decimal? DistanceM, int? DurationS);

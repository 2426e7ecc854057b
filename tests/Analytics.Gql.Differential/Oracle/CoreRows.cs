// The rows of core, read as they stand, for a recomputation that shares no line with the engine's SQL.
using System.Globalization;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Differential.Oracle;

/// <param name="EndedAt">Null while it is open; <see cref="DateTime.MaxValue"/> for an infinite end.</param>
public sealed record CoreSession(
    Guid SessionId, Guid UserId, string ActivityType, string? Title, DateTime StartedAt, DateTime? EndedAt,
    decimal? DistanceM);

public sealed record CoreSet(
    Guid SessionId, Guid ExerciseId, bool IsWarmup, int? Reps, decimal? WeightKg, decimal? Rpe, decimal? DistanceM);

public sealed record CoreRows(ILookup<Guid, CoreSession> SessionsOfUser, ILookup<Guid, CoreSet> SetsOfSession)
{
    // Numbers as text: C#'s decimal knows neither NaN nor the infinities, and that is what makes them count as nothing.
    private sealed record RawSession(
        Guid SessionId, Guid UserId, string ActivityType, string? Title, DateTime StartedAt, DateTime? EndedAt,
        bool Endless, string? DistanceM);

    private sealed record RawSet(
        Guid SessionId, Guid ExerciseId, bool IsWarmup, int? Reps, string? WeightKg, string? Rpe, string? DistanceM);

    public static async Task<CoreRows> ReadAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        var sessions = await connection.QueryAsync<RawSession>("""
            select session_id as SessionId, user_id as UserId, activity_type as ActivityType, title as Title,
                   started_at as StartedAt, case when isfinite(ended_at) then ended_at end as EndedAt,
                   coalesce(not isfinite(ended_at), false) as Endless, distance_m::text as DistanceM
            from core.sessions
            """);
        var sets = await connection.QueryAsync<RawSet>("""
            select session_id as SessionId, exercise_id as ExerciseId, is_warmup as IsWarmup, reps as Reps,
                   weight_kg::text as WeightKg, rpe::text as Rpe, distance_m::text as DistanceM
            from core.sets
            """);
        return new CoreRows(
            sessions.Select(s => new CoreSession(
                s.SessionId, s.UserId, s.ActivityType, s.Title, s.StartedAt, s.Endless ? DateTime.MaxValue : s.EndedAt,
                Measured(s.DistanceM))).ToLookup(s => s.UserId),
            sets.Select(s => new CoreSet(
                s.SessionId, s.ExerciseId, s.IsWarmup, s.Reps, Measured(s.WeightKg), Measured(s.Rpe),
                Measured(s.DistanceM))).ToLookup(s => s.SessionId));
    }

    /// <summary>Null counts as nothing; so does what cannot be measured.</summary>
    private static decimal? Measured(string? number) =>
        decimal.TryParse(number, NumberStyles.Number, CultureInfo.InvariantCulture, out var measured) ? measured : null;
}

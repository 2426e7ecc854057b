using Npgsql;
using NpgsqlTypes;

namespace Analytics.Demo.Seeding;

/// <summary>Writes rows into core by binary COPY, through the caller's transaction.</summary>
internal sealed class CoreWriter(NpgsqlConnection connection)
{
    public async Task WriteExercisesAsync(IReadOnlyList<Exercise> exercises, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy core.exercises (exercise_id, name, muscle_group) from stdin (format binary)", ct);
        foreach (var exercise in exercises)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(exercise.Id, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(exercise.Name, NpgsqlDbType.Text, ct);
            await OptionalAsync(copy, exercise.MuscleGroup, ct);
        }
        await copy.CompleteAsync(ct);
    }

    public async Task WriteUsersAsync(IReadOnlyList<Athlete> athletes, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy core.users (user_id, display_name, created_at) from stdin (format binary)", ct);
        foreach (var athlete in athletes)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(athlete.Id, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(athlete.DisplayName, NpgsqlDbType.Text, ct);
            await copy.WriteAsync(athlete.CreatedAt.UtcDateTime, NpgsqlDbType.TimestampTz, ct);
        }
        await copy.CompleteAsync(ct);
    }

    /// <summary>Sessions first and then their sets, which refer to them.</summary>
    public async Task WriteWorkoutsAsync(IReadOnlyList<Workout> workouts, CancellationToken ct)
    {
        await WriteSessionsAsync(workouts, ct);
        await WriteSetsAsync(workouts.SelectMany(w => w.Sets), ct);
    }

    private async Task WriteSessionsAsync(IReadOnlyList<Workout> workouts, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            copy core.sessions
                (session_id, user_id, activity_type, title, started_at, ended_at, distance_m, created_at, updated_at)
            from stdin (format binary)
            """, ct);
        foreach (var workout in workouts)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(workout.Id, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(workout.UserId, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(workout.ActivityType, NpgsqlDbType.Text, ct);
            await OptionalAsync(copy, workout.Title, ct);
            await copy.WriteAsync(workout.StartedAt.UtcDateTime, NpgsqlDbType.TimestampTz, ct);
            await OptionalAsync(copy, workout.EndedAt?.UtcDateTime, NpgsqlDbType.TimestampTz, ct);
            await OptionalAsync(copy, workout.DistanceM, NpgsqlDbType.Numeric, ct);
            await copy.WriteAsync(workout.StartedAt.UtcDateTime, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync((workout.EndedAt ?? workout.StartedAt).UtcDateTime, NpgsqlDbType.TimestampTz, ct);
        }
        await copy.CompleteAsync(ct);
    }

    private async Task WriteSetsAsync(IEnumerable<WorkoutSet> sets, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            copy core.sets
                (set_id, session_id, exercise_id, set_index, is_warmup, reps, weight_kg, rpe, distance_m, duration_s)
            from stdin (format binary)
            """, ct);
        foreach (var set in sets)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(set.Id, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(set.SessionId, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(set.ExerciseId, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(set.SetIndex, NpgsqlDbType.Integer, ct);
            await copy.WriteAsync(set.IsWarmup, NpgsqlDbType.Boolean, ct);
            await OptionalAsync(copy, set.Reps, NpgsqlDbType.Integer, ct);
            await OptionalAsync(copy, set.WeightKg, NpgsqlDbType.Numeric, ct);
            await OptionalAsync(copy, set.Rpe, NpgsqlDbType.Numeric, ct);
            await OptionalAsync(copy, set.DistanceM, NpgsqlDbType.Numeric, ct);
            await OptionalAsync(copy, set.DurationS, NpgsqlDbType.Integer, ct);
        }
        await copy.CompleteAsync(ct);
    }

    private static Task OptionalAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken ct)
        where T : struct => value is { } known ? copy.WriteAsync(known, type, ct) : copy.WriteNullAsync(ct);

    private static Task OptionalAsync(NpgsqlBinaryImporter copy, string? value, CancellationToken ct) =>
        value is null ? copy.WriteNullAsync(ct) : copy.WriteAsync(value, NpgsqlDbType.Text, ct);
}

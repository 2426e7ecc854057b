using System.Globalization;
using Analytics.Demo.Importing.Writing;
using Npgsql;

namespace Analytics.Demo.Live;

internal sealed record LiveUser(Guid Id, string DisplayName);

internal sealed record LiveExercise(Guid Id, string Name);

/// <summary>A session that somebody is in the middle of.</summary>
internal sealed record LiveSession(Guid Id, LiveUser User, string Title, int Sets);

/// <summary>The ordinary statements an app sends while somebody trains; each commits by itself.</summary>
internal sealed class LiveWorkout
{
    private readonly NpgsqlDataSource database;

    private LiveWorkout(NpgsqlDataSource database, IReadOnlyList<LiveExercise> exercises) =>
        (this.database, Exercises) = (database, exercises);

    /// <summary>What can be lifted.</summary>
    public IReadOnlyList<LiveExercise> Exercises { get; }

    public static async Task<LiveWorkout> OpenAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        const string sql =
            """
            select e.exercise_id, e.name
            from core.exercises as e
            where e.muscle_group is distinct from 'cardio'
            order by e.name
            limit 100
            """;
        await using var command = database.CreateCommand(sql);
        return new LiveWorkout(database, await ListAsync(command, r => new LiveExercise(r.GetGuid(0), r.GetString(1)), ct));
    }

    /// <returns>The featured user first, then others who have sessions. Never somebody whose own training was imported (<see
    /// cref="NameBasedId"/>): nothing is made up there.</returns>
    public async Task<IReadOnlyList<LiveUser>> UsersAsync(int limit, Guid? featured, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            $"""
            select u.user_id, u.display_name
            from core.users as u
            where exists (select from core.sessions as s where s.user_id = u.user_id)
              and get_byte(uuid_send(u.user_id), 6) >> 4 <> {NameBasedId.Version}
            order by u.user_id is not distinct from $2 desc, u.user_id
            limit $1
            """);
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = (object?)featured ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        return await ListAsync(command, r => new LiveUser(r.GetGuid(0), r.GetString(1)), ct);
    }

    /// <summary>Begins fifty minutes ago: the sets come seconds apart, and the workout should still have a likely length.</summary>
    public async Task<LiveSession> StartAsync(LiveUser user, CancellationToken ct)
    {
        const string title = "Live workout";
        await using var command = Command(
            """
            insert into core.sessions (user_id, activity_type, title, started_at)
            values ($1, 'strength', $2, now() - interval '50 minutes')
            returning session_id
            """, user.Id, title);
        return new LiveSession((Guid)(await command.ExecuteScalarAsync(ct))!, user, title, 0);
    }

    public async Task<(string Line, LiveSession After)> AddSetAsync(LiveSession session, Random random, CancellationToken ct)
    {
        var exercise = Exercises[random.Next(Exercises.Count)];
        var (reps, weightKg) = (random.Next(4, 13), 2.5m * random.Next(8, 49));
        await using var command = Command(
            """
            insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg, rpe)
            values ($1, $2, $3, $4, $5, $6)
            """, session.Id, exercise.Id, session.Sets, reps, weightKg, random.Next(12, 20) / 2m);
        await command.ExecuteNonQueryAsync(ct);
        var line = Line($"{session.User.DisplayName} adds {exercise.Name}: {reps} × {weightKg} kg = {reps * weightKg} kg");
        return (line, session with { Sets = session.Sets + 1 });
    }

    public async Task<string> CorrectLastSetAsync(LiveSession session, CancellationToken ct)
    {
        await using var command = Command(
            """
            update core.sets as t
            set weight_kg = t.weight_kg + 2.5
            where t.session_id = $1 and t.set_index = $2
            returning t.weight_kg
            """, session.Id, session.Sets - 1);
        var now = await command.ExecuteScalarAsync(ct);
        return Line($"{session.User.DisplayName} corrects the last set to {now} kg");
    }

    public async Task<string> EndAsync(LiveSession session, CancellationToken ct)
    {
        await using var command = Command(
            "update core.sessions set ended_at = now(), updated_at = now() where session_id = $1", session.Id);
        await command.ExecuteNonQueryAsync(ct);
        return $"{session.User.DisplayName} ends '{session.Title}' after {session.Sets} sets";
    }

    public async Task<string> DeleteAsync(LiveSession session, CancellationToken ct)
    {
        await using var command = Command("delete from core.sessions where session_id = $1", session.Id);
        await command.ExecuteNonQueryAsync(ct);
        return $"{session.User.DisplayName} deletes '{session.Title}' with its {session.Sets} sets";
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    private static async Task<List<T>> ListAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken ct)
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(row(reader));
        return rows;
    }

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
}

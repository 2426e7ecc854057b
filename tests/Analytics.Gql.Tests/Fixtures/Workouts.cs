// Writes workouts as an app would, and asks the engine what it made of them.
using Analytics.Store.Refresh;

namespace Analytics.Gql.Tests.Fixtures;

/// <summary>Short ways to write core rows in a test database.</summary>
public sealed class Workouts(TestDatabase database)
{
    public TestDatabase Database => database;

    public async Task<Guid> UserAsync(string name = "Ada") => await database.ScalarAsync<Guid>(
        "insert into core.users (display_name) values (@name) returning user_id", new { name });

    public async Task<Guid> ExerciseAsync(string name = "Squat") => await database.ScalarAsync<Guid>(
        "insert into core.exercises (name) values (@name) returning exercise_id", new { name });

    /// <param name="startedAt">ISO 8601 with zone.</param>
    public async Task<Guid> SessionAsync(Guid user, string startedAt, string? endedAt = null, decimal? distanceM = null, string type = "strength") =>
        await database.ScalarAsync<Guid>("""
            insert into core.sessions (user_id, activity_type, started_at, ended_at, distance_m)
            values (@user, @type, @startedAt::timestamptz, @endedAt::timestamptz, @distanceM) returning session_id
            """, new { user, type, startedAt, endedAt, distanceM });

    public async Task<Guid> SetAsync(
        Guid session, Guid exercise, int? reps, decimal? weightKg, decimal? rpe = null, bool warmup = false, decimal? distanceM = null) =>
        await database.ScalarAsync<Guid>("""
            insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg, rpe, is_warmup, distance_m)
            values (@session, @exercise, 0, @reps, @weightKg, @rpe, @warmup, @distanceM) returning set_id
            """, new { session, exercise, reps, weightKg, rpe, warmup, distanceM });

    public async Task<DrainResult> DrainAsync() => await new Drain(database.DataSource).RunUntilEmptyAsync(CancellationToken.None);

    public async Task<FullRefreshResult> FullRefreshAsync() => await new FullRefresh(database.ConnectionString).RunAsync(CancellationToken.None);

    /// <summary>The oracle: every *_current equals its *_live, both ways, and nothing is staged.</summary>
    public async Task AssertExactAsync()
    {
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from analytics.staging_changes"));
        foreach (var drift in await new Verification(database.DataSource).RunAsync(CancellationToken.None))
        {
            Assert.True(drift.Rows == 0, $"{drift.Aggregate}: {drift.Rows} rows drifted: {string.Join(", ", drift.Examples)}");
            Assert.Equal(0, drift.PendingUsers);
        }
    }
}

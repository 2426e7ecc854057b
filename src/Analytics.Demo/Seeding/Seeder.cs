using System.Diagnostics;
using Analytics.Demo.Importing.Writing;
using Npgsql;

namespace Analytics.Demo.Seeding;

/// <summary>Fills core with a year of training, all or nothing: an interrupted seeding leaves no row behind.</summary>
public static class Seeder
{
    /// <summary>Athletes whose workouts go into one COPY: about 1,000 sessions.</summary>
    private const int AthletesPerCopy = 5;

    /// <summary>Whether core has users already, whoever wrote them.</summary>
    public static async Task<bool> IsSeededAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand("select exists (select from core.users)");
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>The user to show first: somebody whose own training was imported (<see cref="NameBasedId"/>); then, of those who
    /// trained in the last four weeks, the one with most kinds of activity, then most sessions. Null when core has no session.</summary>
    public static async Task<FeaturedUser?> FeaturedUserAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            $"""
            select s.user_id, (max(s.started_at) at time zone 'UTC')::date
            from core.sessions as s
            group by s.user_id
            order by get_byte(uuid_send(s.user_id), 6) >> 4 = {NameBasedId.Version} desc, max(s.started_at) > now() - interval '28 days' desc,
                     count(distinct s.activity_type) desc, count(*) desc, s.user_id
            limit 1
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? new FeaturedUser(reader.GetGuid(0), reader.GetFieldValue<DateOnly>(1)) : null;
    }

    /// <summary>Writes the plan into the migrated, empty core of <paramref name="database"/>.</summary>
    /// <exception cref="PostgresException">23505: this plan is there already; ask <see cref="IsSeededAsync"/>.</exception>
    public static async Task<SeedSummary> SeedAsync(
        NpgsqlDataSource database, SeedPlan plan, IProgress<SeedProgress> progress, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var athletes = Enumerable.Range(0, plan.Checked().Users).Select(n => Athlete.At(plan, n)).ToArray();
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var core = new CoreWriter(connection);
        await core.WriteExercisesAsync(ExerciseCatalogue.All, ct);
        await core.WriteUsersAsync(athletes, ct);

        var done = new SeedProgress(0, plan.Users, 0, 0);
        progress.Report(done);
        foreach (var some in athletes.Chunk(AthletesPerCopy))
        {
            var workouts = some.SelectMany(a => WorkoutGenerator.Workouts(plan, a)).ToArray();
            await core.WriteWorkoutsAsync(workouts, ct);
            done = new SeedProgress(
                done.Users + some.Length, plan.Users, done.Sessions + workouts.Length,
                done.Sets + workouts.Sum(w => w.Sets.Count));
            progress.Report(done);
        }
        await transaction.CommitAsync(ct);
        await AnalyzeAsync(connection, ct);
        return new SeedSummary(
            plan.Users, ExerciseCatalogue.All.Count, done.Sessions, done.Sets, athletes[0].Id,
            Stopwatch.GetElapsedTime(started));
    }

    // The first refresh comes sooner than autovacuum, and without statistics it plans for empty tables.
    private static async Task AnalyzeAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "analyze core.users, core.exercises, core.sessions, core.sets", connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <param name="LastDay">Of the latest session, in UTC.</param>
public sealed record FeaturedUser(Guid Id, DateOnly LastDay);

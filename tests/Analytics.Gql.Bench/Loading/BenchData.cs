// core as migration 0001 makes it ⇒ constraints off ⇒ users, exercises ⇒ sessions and sets in chunks
//   ⇒ constraints on again ⇒ commit ⇒ vacuum analyze
// In one transaction: an interrupted load leaves nothing, and the next one starts from an empty core again.
using System.Diagnostics;
using System.Globalization;
using Analytics.Store.Migrations;
using Npgsql;

namespace Analytics.Gql.Bench.Loading;

/// <summary>Fills an empty database; which ids and how many, <see cref="BenchSize"/> says.</summary>
public static class BenchData
{
    private const int SessionsPerChunk = 100_000;
    private const int Weeks = 104;
    private const int Exercises = 200;

    /// <summary>People repeat what they train: a record is found among many sessions, and rarely broken.</summary>
    private const int ExercisesOfUser = 16;

    /// <summary>Loads 104 weeks that end now. Migrate after it: there are no indexes and triggers yet to slow it down.</summary>
    /// <exception cref="InvalidOperationException">The database has a core already.</exception>
    public static async Task LoadAsync(NpgsqlConnection connection, BenchSize size, Action<string> log, CancellationToken ct)
    {
        if (await ScalarAsync<bool>(connection, "select to_regclass('core.sessions') is not null", ct))
            throw new InvalidOperationException(
                $"Database '{connection.Database}' has core.sessions already. Load into a new, empty database and migrate after it.");

        var started = Stopwatch.GetTimestamp();
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            await ExecuteAsync(connection, Script.Migrations[0].Text, ct);
            var constraints = await DropConstraintsAsync(connection, ct);
            await PeopleAsync(connection, size, ct);
            for (var first = 0; first < size.Sessions; first += SessionsPerChunk)
            {
                var end = Math.Min(size.Sessions, first + SessionsPerChunk);
                await ChunkAsync(connection, size, first, end, ct);
                Say($"{end:N0} of {size.Sessions:N0} sessions, {(long)end * BenchSize.SetsPerSession:N0} sets");
            }
            foreach (var constraint in constraints)
            {
                await ExecuteAsync(connection, constraint.Add, ct);
                Say($"{constraint.Name} added");
            }
            await transaction.CommitAsync(ct);
        }
        await ExecuteAsync(connection, "vacuum analyze core.users, core.exercises, core.sessions, core.sets", ct);
        Say($"vacuumed and analyzed");

        void Say(FormattableString what) => log(string.Create(
            CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:N1} s  ")
            + what.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task PeopleAsync(NpgsqlConnection connection, BenchSize size, CancellationToken ct)
    {
        await ExecuteAsync(connection,
            """
            insert into core.users (user_id, display_name, created_at)
            select md5('user:' || n)::uuid, 'User ' || n, now() - interval '730 days'
            from generate_series(0, $1 - 1) as n
            """, ct, size.Users);
        await ExecuteAsync(connection,
            """
            insert into core.exercises (exercise_id, name, muscle_group)
            select md5('exercise:' || n)::uuid, 'Exercise ' || n, 'group ' || n % 12
            from generate_series(0, $1 - 1) as n
            """, ct, Exercises);
    }

    // In order of time, as an app writes them that logs whole workouts: a user's sessions lie scattered over the table, and a
    // session's sets together. Left to the planner, the first sets of all sessions of a chunk came before all second ones.
    private static async Task ChunkAsync(NpgsqlConnection connection, BenchSize size, int first, int end, CancellationToken ct)
    {
        // The few heavy users have an even share of all sessions, the rest a random one.
        var user = $"case when n % {BenchSize.HeavyShare} = 0 then n / {BenchSize.HeavyShare} % {size.HeavyUsers} "
            + $"else {size.HeavyUsers} + (hashint4(n)::bigint & 2147483647) % {size.Users - size.HeavyUsers} end";
        await ExecuteAsync(connection,
            $"""
            insert into core.sessions
                (session_id, user_id, activity_type, title, started_at, ended_at, distance_m, created_at, updated_at)
            select md5('session:' || s.n)::uuid, md5('user:' || s.place)::uuid, s.activity_type,
                   case when s.n % 9 <> 0 then 'Session ' || s.n end, s.started_at,
                   case when s.n % 97 <> 0 then s.started_at + make_interval(mins => 20 + s.n % 80) end,
                   case when s.activity_type <> 'strength' and s.n % 4 <> 0 then 3000 + s.n % 20000 end,
                   s.started_at, s.started_at
            from (
                select n, {user} as place,
                       case when n % 20 < 12 then 'strength' when n % 20 < 17 then 'run' else 'ride' end as activity_type,
                       now() - make_interval(secs => ($3 - n)::double precision / $3 * $4 * 7 * 86400) as started_at
                from generate_series($1, $2 - 1) as n) as s
            """, ct, first, end, size.Sessions, Weeks);
        await ExecuteAsync(connection,
            $"""
            insert into core.sets
                (set_id, session_id, exercise_id, set_index, is_warmup, reps, weight_kg, rpe, distance_m, duration_s)
            select md5('set:' || (s.n::bigint * $3 + k))::uuid, s.session_id,
                   md5('exercise:' || (s.place * 13 + (s.n * 4 + k / 3) % {ExercisesOfUser}) % $4)::uuid,
                   k, k % 5 = 0,
                   case when s.lifts then 3 + (s.n + k) % 12 end,
                   case when s.lifts and (s.n + k) % 50 <> 0 then 20 + (s.n + 3 * k) % 240 / 2.0 end,
                   case when (s.n + k) % 4 <> 0 then 6 + (s.n + k) % 8 / 2.0 end,
                   case when not s.lifts then 400 + (s.n + k) % 1600 end,
                   case when not s.lifts then 120 + (s.n + k) % 600 end
            from (
                select n, md5('session:' || n)::uuid as session_id, n % 20 < 12 as lifts, {user} as place
                from generate_series($1, $2 - 1) as n
                offset 0) as s
            cross join generate_series(0, $3 - 1) as k
            order by s.n, k
            """, ct, first, end, BenchSize.SetsPerSession, Exercises);
    }

    private sealed record Constraint(string Name, string Drop, string Add);

    // Read from the catalogue, so that 0001 stays the only place that defines them. Keys before what refers to them.
    private static async Task<IReadOnlyList<Constraint>> DropConstraintsAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var all = new List<Constraint>();
        await using (var command = new NpgsqlCommand(
            """
            select c.conname, format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname),
                   format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
            from pg_constraint as c
            where c.connamespace = 'core'::regnamespace and c.contype in ('p', 'f', 'c')
            order by c.contype = 'p' desc, c.conrelid, c.conname
            """, connection))
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct))
                all.Add(new Constraint(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        foreach (var constraint in Enumerable.Reverse(all))
            await ExecuteAsync(connection, constraint.Drop, ct);
        return all;
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params int[] values)
    {
        // An index over ten million rows takes longer than the usual 30 s.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }
}

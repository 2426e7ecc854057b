// Statements on core of every shape that an app, an import or an operator could send.
using System.Globalization;

namespace Analytics.Gql.Differential.Operations;

/// <summary>Draws statements; the same random numbers give the same statements, whatever the database holds.</summary>
public sealed class StatementGenerator(Random random, Pool pool)
{
    private readonly Weighted<Func<StatementGenerator, string>> _kinds = new(
        (22, g => g.InsertSets()),
        (14, g => g.InsertSessions(3)),
        (4, g => $"insert into core.users (user_id, display_name) values ({g.User()}, 'Ada') on conflict do nothing"),
        (3, g => $"insert into core.exercises (exercise_id, name) values ({g.Exercise()}, 'Row') on conflict do nothing"),
        (8, g => $"update core.sets set weight_kg = {g.Weight()}, reps = {g.Reps()} where set_id in ({g.Sets(4)})"),
        (3, g => $"update core.sets set weight_kg = weight_kg + 2.5 where session_id = {g.Session()}"),
        (3, g => $"update core.sets set is_warmup = not is_warmup, rpe = {g.Rpe()} where set_id in ({g.Sets(3)})"),
        (3, g => $"update core.sets set distance_m = {g.Distance()} where set_id in ({g.Sets(3)})"),
        (5, g => $"update core.sets set session_id = {g.Session()} where set_id in ({g.Sets(3)})"),
        (5, g => $"update core.sets set exercise_id = {g.Exercise()} where set_id in ({g.Sets(3)})"),
        (2, g => $"update core.sets set session_id = {g.Session()} where session_id = {g.Session()}"),
        (2, g => g.UpsertSet()),
        (2, g => g.MergeSets()),
        (6, g => $"delete from core.sets where set_id in ({g.Sets(5)})"),
        (2, g => $"delete from core.sets where session_id = {g.Session()}"),
        (2, g => g.ReplaceSets()),
        (8, g => $"update core.sessions set started_at = {g.Instant()} where session_id in ({g.Sessions(3)})"),
        (7, g => $"update core.sessions set user_id = {g.User()} where session_id in ({g.Sessions(3)})"),
        (2, g => $"update core.sessions set user_id = {g.User()} where user_id = {g.User()}"),
        (3, g => $"update core.sessions set user_id = {g.User()}, started_at = {g.Instant()} "
            + $"where session_id = {g.Session()}"),
        (5, g => $"update core.sessions set ended_at = {g.End()} where session_id in ({g.Sessions(2)})"),
        (4, g => $"update core.sessions set distance_m = {g.Distance()} where session_id in ({g.Sessions(3)})"),
        (2, g => $"update core.sessions set updated_at = updated_at where user_id = {g.User()}"),
        (5, g => $"delete from core.sessions where session_id in ({g.Sessions(2)})"),
        (1, g => $"delete from core.users where user_id = {g.User()}"),
        (1, g => $"delete from core.exercises where exercise_id = {g.Exercise()}"),
        (1, g => $"insert into analytics.staging_changes (user_id) values ({g.User()})"),
        (1, g => $"insert into analytics.staging_changes (user_id, week) values ({g.User()}, {g.Instant()}::date)"),
        (1, g => $"insert into analytics.staging_changes (user_id, session_id) values ({g.User()}, {g.Session()})"));

    /// <summary>The session that most statements are about just now.</summary>
    private string? _focus;

    /// <summary>What an app does that logs or corrects a workout: mostly about one session, itself first.</summary>
    public IReadOnlyList<string> NextWorkout(int statements)
    {
        _focus = Session();
        string[] workout =
        [
            random.Next(3) > 0 ? InsertSessions(1) : $"update core.sessions set ended_at = {End()} where session_id = {_focus}",
            .. Enumerable.Range(1, statements - 1).Select(n => n == 1 ? InsertSets() : Next()),
        ];
        _focus = null;
        return workout;
    }

    public string Next() => random.Next(4000) switch
    {
        0 => "truncate core.sets",
        1 => "truncate core.sessions cascade",
        _ => _kinds.Draw(random)(this),
    };

    private string InsertSets()
    {
        var rows = Several(6, () =>
            $"({Set()}, {Session()}, {Exercise()}, {random.Next(5)}, {Warmup()}, {Reps()}, {Weight()}, {Rpe()}, "
            + $"{Distance()})");
        // Rows without parents stay out: a foreign key would refuse the whole statement.
        return "insert into core.sets "
            + "(set_id, session_id, exercise_id, set_index, is_warmup, reps, weight_kg, rpe, distance_m) "
            + "select v.a::uuid, v.b::uuid, v.c::uuid, v.d, v.e, v.f::int, v.g::numeric, v.h::numeric, v.i::numeric "
            + $"from (values {rows}) as v (a, b, c, d, e, f, g, h, i) "
            + "join core.sessions as s on s.session_id = v.b::uuid join core.exercises as x on x.exercise_id = v.c::uuid "
            + "on conflict do nothing";
    }

    private string InsertSessions(int most)
    {
        var rows = Several(most, () =>
            $"({Session()}, {User()}, {Instant()}::timestamptz, {End()}::timestamptz, {Distance()})");
        return "insert into core.sessions (session_id, user_id, activity_type, started_at, ended_at, distance_m) "
            + "select v.a::uuid, v.b::uuid, 'run', v.c, v.d, v.e::numeric "
            + $"from (values {rows}) as v (a, b, c, d, e) join core.users as u on u.user_id = v.b::uuid "
            + "on conflict do nothing";
    }

    private string UpsertSet() =>
        "insert into core.sets (set_id, session_id, exercise_id, set_index, reps, weight_kg) "
        + $"select {Set()}, s.session_id, x.exercise_id, 0, {Reps()}, {Weight()} "
        + "from core.sessions as s, core.exercises as x "
        + $"where s.session_id = {Session()} and x.exercise_id = {Exercise()} "
        + "on conflict (set_id) do update set session_id = excluded.session_id, weight_kg = excluded.weight_kg";

    private string MergeSets() =>
        $"merge into core.sets as t using (select s.set_id from core.sets as s where s.session_id = {Session()}) as s "
        + "on t.set_id = s.set_id when matched and t.is_warmup then delete "
        + $"when matched then update set reps = {Reps()}, is_warmup = true";

    /// <summary>Deletes and inserts in one statement.</summary>
    private string ReplaceSets() =>
        $"with gone as (delete from core.sets where session_id = {Session()} returning *) "
        + "insert into core.sets (session_id, exercise_id, set_index, set_id, reps, weight_kg, rpe) "
        + "select s.session_id, g.exercise_id, g.set_index, md5(g.set_id::text)::uuid, g.reps, g.weight_kg, g.rpe "
        + $"from gone as g, core.sessions as s where s.session_id = {Session()} and g.set_index < 2";

    private string User() => Quoted(Pool.User(random.Next(pool.Users)));
    private string Exercise() => Quoted(Pool.Exercise(random.Next(pool.Exercises)));
    private string Session() => _focus is not null && random.Next(4) > 0
        ? _focus
        : Quoted(Pool.Session(random.Next(pool.Sessions)));
    private string Set() => Quoted(Pool.Set(random.Next(pool.Sets)));
    private string Sessions(int most) => Several(most, Session);
    private string Sets(int most) => Several(most, Set);
    private string Warmup() => random.Next(4) == 0 ? "true" : "false";
    private string Reps() => random.Next(10) == 0 ? "null" : Number(random.Next(1, 16));
    private string Rpe() => random.Next(4) == 0 ? "null" : Number(random.Next(12, 21) / 2m);

    private string Weight() => random.Next(40) switch
    {
        < 4 => "null",
        4 => "'NaN'::numeric",
        5 => "'-Infinity'::numeric",
        6 => "1e120",
        _ => Number(random.Next(100, 20_000) / 100m),
    };

    private string Distance() => random.Next(20) switch
    {
        < 12 => "null",
        12 => "'NaN'::numeric",
        _ => Number(random.Next(1, 14_000) / 10m),
    };

    /// <summary>Within seven weeks, often near the turn of one.</summary>
    private string Instant() => Quoted(random.Next(3) == 0
        ? new DateTime(2026, 1, 5).AddDays(7 * random.Next(7)).AddMicroseconds(random.Next(-2, 3))
        : new DateTime(2026, 1, 1).AddMilliseconds(random.NextInt64(49L * 86_400_000)));

    private string End() => random.Next(6) switch { 0 => "null", 1 => "'infinity'", _ => Instant() };

    private string Several(int most, Func<string> one) =>
        string.Join(", ", Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => one()));

    private static string Quoted(Guid id) => $"'{id}'";
    private static string Quoted(DateTime instant) =>
        $"'{instant.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}Z'";

    private static string Number(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}

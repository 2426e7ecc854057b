// What the import tells core, in this order. Ordinary statements: the triggers stage what they change, and nothing where
// nothing differs.
namespace Analytics.Demo.Importing.Writing;

internal static class HistorySql
{
    public const string User = """
        insert into core.users (user_id, display_name) values (@id, @name) on conflict (user_id) do nothing
        """;

    /// <summary>One import of a user at a time; the app may go on logging.</summary>
    public const string LockUser = "select from core.users as u where u.user_id = @id for no key update";

    public const string Exercises = """
        insert into core.exercises (exercise_id, name)
        select n.exercise_id, n.name
        from unnest(@ids, @names) as n (exercise_id, name)
        on conflict (exercise_id) do nothing
        """;

    // With keys, whatever their rows cost: a planner that expects few sets to have vanished looks each one up.
    public const string Tables = """
        create temp table imported_sessions (
            session_id uuid primary key, activity_type text, title text, started_at timestamptz, ended_at timestamptz) on commit drop;
        create temp table imported_sets (
            set_id uuid primary key, session_id uuid, exercise_id uuid, set_index int, is_warmup boolean, reps int,
            weight_kg numeric, rpe numeric, distance_m numeric, duration_s int) on commit drop;
        create temp table unread_sets (set_id uuid primary key) on commit drop
        """;

    public const string CopySessions = """
        copy pg_temp.imported_sessions (session_id, activity_type, title, started_at, ended_at) from stdin (format binary)
        """;

    public const string CopySets = """
        copy pg_temp.imported_sets
            (set_id, session_id, exercise_id, set_index, is_warmup, reps, weight_kg, rpe, distance_m, duration_s)
        from stdin (format binary)
        """;

    public const string CopyUnread = "copy pg_temp.unread_sets (set_id) from stdin (format binary)";

    public const string Analyze = "analyze pg_temp.imported_sessions, pg_temp.imported_sets, pg_temp.unread_sets";

    // xmax is 0 in a row that the statement inserted, and the statement's own lock in one that it updated.
    public const string Sessions = """
        with written as (
            insert into core.sessions as s (session_id, user_id, activity_type, title, started_at, ended_at)
            select i.session_id, @user, i.activity_type, i.title, i.started_at, i.ended_at
            from pg_temp.imported_sessions as i
            on conflict (session_id) do update
            set activity_type = excluded.activity_type, title = excluded.title, started_at = excluded.started_at,
                ended_at = excluded.ended_at, updated_at = now()
            where (s.activity_type, s.title, s.started_at, s.ended_at)
                is distinct from (excluded.activity_type, excluded.title, excluded.started_at, excluded.ended_at)
            returning s.xmax = 0 as is_new)
        select count(*) filter (where w.is_new), count(*) filter (where not w.is_new) from written as w
        """;

    // Only of sessions that the file has, and only sets that an import wrote: those have an id of version 5.
    public const string VanishedSets = """
        delete from core.sets as t
        using pg_temp.imported_sessions as s
        where t.session_id = s.session_id
          and get_byte(uuid_send(t.set_id), 6) >> 4 = 5
          and not exists (select from pg_temp.imported_sets as i where i.set_id = t.set_id)
          and not exists (select from pg_temp.unread_sets as u where u.set_id = t.set_id)
        """;

    public const string Sets = """
        with written as (
            insert into core.sets as t
                (set_id, session_id, exercise_id, set_index, is_warmup, reps, weight_kg, rpe, distance_m, duration_s)
            select i.set_id, i.session_id, i.exercise_id, i.set_index, i.is_warmup, i.reps, i.weight_kg, i.rpe, i.distance_m,
                   i.duration_s
            from pg_temp.imported_sets as i
            on conflict (set_id) do update
            set exercise_id = excluded.exercise_id, set_index = excluded.set_index, is_warmup = excluded.is_warmup,
                reps = excluded.reps, weight_kg = excluded.weight_kg, rpe = excluded.rpe, distance_m = excluded.distance_m,
                duration_s = excluded.duration_s
            where (t.exercise_id, t.set_index, t.is_warmup, t.reps, t.weight_kg, t.rpe, t.distance_m, t.duration_s)
                is distinct from (excluded.exercise_id, excluded.set_index, excluded.is_warmup, excluded.reps,
                    excluded.weight_kg, excluded.rpe, excluded.distance_m, excluded.duration_s)
            returning t.xmax = 0 as is_new)
        select count(*) filter (where w.is_new), count(*) filter (where not w.is_new) from written as w
        """;
}

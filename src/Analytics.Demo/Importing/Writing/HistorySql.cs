// What the import tells core, in this order. Ordinary statements: the triggers stage what they change, and nothing where
// nothing differs.
namespace Analytics.Demo.Importing.Writing;

internal static class HistorySql
{
    /// <summary>A whole history at once: compiling its statements takes longer than it spares, and its tables fit into
    /// memory.</summary>
    public const string Settings = "set local jit = off; set local work_mem = '64MB'; set local temp_buffers = '64MB'";

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

    public const string Tables = """
        create temp table imported_sessions (
            session_id uuid, activity_type text, title text, started_at timestamptz, ended_at timestamptz) on commit drop;
        create temp table imported_sets (
            set_id uuid, session_id uuid, exercise_id uuid, set_index int, is_warmup boolean, reps int,
            weight_kg numeric, rpe numeric, distance_m numeric, duration_s int) on commit drop;
        create temp table unread_sets (set_id uuid) on commit drop
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

    // With keys, whatever their rows cost: a planner that expects few sets to have vanished looks each one up. Made of all
    // rows at once, which is cheaper than row by row.
    public const string Index = """
        alter table pg_temp.imported_sessions add primary key (session_id);
        alter table pg_temp.imported_sets add primary key (set_id);
        alter table pg_temp.unread_sets add primary key (set_id);
        analyze pg_temp.imported_sessions, pg_temp.imported_sets, pg_temp.unread_sets
        """;

    // First what differs and then what is new, and not both by 'on conflict', which takes a quarter longer: the lock on the
    // user keeps other imports from coming in between.
    public const string ChangedSessions = """
        update core.sessions as s
        set activity_type = i.activity_type, title = i.title, started_at = i.started_at, ended_at = i.ended_at, updated_at = now()
        from pg_temp.imported_sessions as i
        where s.session_id = i.session_id
          and (s.activity_type, s.title, s.started_at, s.ended_at)
            is distinct from (i.activity_type, i.title, i.started_at, i.ended_at)
        """;

    public const string NewSessions = """
        insert into core.sessions (session_id, user_id, activity_type, title, started_at, ended_at)
        select i.session_id, @user, i.activity_type, i.title, i.started_at, i.ended_at
        from pg_temp.imported_sessions as i
        where not exists (select from core.sessions as s where s.session_id = i.session_id)
        """;

    // Only of sessions that the file has, and only sets that an import wrote: those have an id of this version.
    public const string VanishedSets = $"""
        delete from core.sets as t
        using pg_temp.imported_sessions as s
        where t.session_id = s.session_id
          and get_byte(uuid_send(t.set_id), 6) >> 4 = {NameBasedId.Version}
          and not exists (select from pg_temp.imported_sets as i where i.set_id = t.set_id)
          and not exists (select from pg_temp.unread_sets as u where u.set_id = t.set_id)
        """;

    public const string ChangedSets = """
        update core.sets as t
        set exercise_id = i.exercise_id, set_index = i.set_index, is_warmup = i.is_warmup, reps = i.reps,
            weight_kg = i.weight_kg, rpe = i.rpe, distance_m = i.distance_m, duration_s = i.duration_s
        from pg_temp.imported_sets as i
        where t.set_id = i.set_id
          and (t.exercise_id, t.set_index, t.is_warmup, t.reps, t.weight_kg, t.rpe, t.distance_m, t.duration_s)
            is distinct from (i.exercise_id, i.set_index, i.is_warmup, i.reps, i.weight_kg, i.rpe, i.distance_m, i.duration_s)
        """;

    public const string NewSets = """
        insert into core.sets
            (set_id, session_id, exercise_id, set_index, is_warmup, reps, weight_kg, rpe, distance_m, duration_s)
        select i.set_id, i.session_id, i.exercise_id, i.set_index, i.is_warmup, i.reps, i.weight_kg, i.rpe, i.distance_m,
               i.duration_s
        from pg_temp.imported_sets as i
        where not exists (select from core.sets as t where t.set_id = i.set_id)
        """;
}

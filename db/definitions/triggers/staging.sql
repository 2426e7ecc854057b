-- Staging: what each committed statement on core changed, written in the writer's own transaction.
--
-- Statement-level, with transition tables: one insert per statement however many rows it touched. Definer functions with
-- a fixed search_path, so that an app role needs no privilege on analytics. No NOTIFY: it would serialise commits.
-- Inserts and deletes have one transition table, changed_rows; updates have old_rows and new_rows.
--
-- The note, a setting of the transaction: the one session that it has inserted last. A new session's row makes the drain
-- look at all that the session has, so the sets that the same transaction inserts are staged already, and an app that logs
-- a workout pays for one row instead of two. It ends with the transaction; the transaction's id in it keeps a setting left
-- over from before from speaking for this one. A drain clears it (recompute), for it takes the row away.
create or replace function analytics.stage_sessions() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    staged int;
begin
    if tg_op = 'UPDATE' then
        -- The old and the new place: a session may move between users and weeks.
        insert into analytics.staging_changes (user_id, session_id, week)
        select o.user_id, o.session_id, analytics.week_of(o.started_at) from old_rows as o
        union
        select n.user_id, n.session_id, analytics.week_of(n.started_at) from new_rows as n;
        return null;
    end if;
    insert into analytics.staging_changes (user_id, session_id, week)
    select c.user_id, c.session_id, analytics.week_of(c.started_at) from changed_rows as c;
    get diagnostics staged = row_count;
    if tg_op = 'INSERT' and staged = 1 then
        perform set_config('analytics.inserted_session', pg_current_xact_id()::text || c.session_id, true) from changed_rows as c;
    end if;
    return null;
end
$$;

create or replace function analytics.stage_sets() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    note constant text := current_setting('analytics.inserted_session', true);
    transaction constant text := pg_current_xact_id();
begin
    -- One row a session. The user is a hint for freshness only; the drain resolves the session's present user and week
    -- itself. It is null where the session went first (a cascade). The exercise is null where there are several: then the
    -- drain looks at all that the session has and had, which costs the app a sixth less than a row for each.
    if tg_op = 'UPDATE' then
        insert into analytics.staging_changes (user_id, session_id, exercise_id)
        select s.user_id, x.session_id, x.exercise_id
        from (
            select c.session_id, case when count(distinct c.exercise_id) = 1 then (array_agg(c.exercise_id))[1] end as exercise_id
            from (
                select o.session_id, o.exercise_id from old_rows as o
                union all
                select n.session_id, n.exercise_id from new_rows as n
            ) as c
            group by c.session_id
        ) as x
        left join core.sessions as s on s.session_id = x.session_id;
        return null;
    end if;
    if tg_op = 'INSERT'
       and not exists (select from changed_rows as c where transaction || c.session_id is distinct from note) then
        return null;
    end if;
    insert into analytics.staging_changes (user_id, session_id, exercise_id)
    select s.user_id, x.session_id, x.exercise_id
    from (
        select c.session_id, case when count(distinct c.exercise_id) = 1 then (array_agg(c.exercise_id))[1] end as exercise_id
        from changed_rows as c
        group by c.session_id
    ) as x
    left join core.sessions as s on s.session_id = x.session_id;
    return null;
end
$$;

create or replace function analytics.stage_everything() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    insert into analytics.staging_changes default values;
    return null;
end
$$;

create or replace trigger analytics_stage_insert after insert on core.sessions
    referencing new table as changed_rows for each statement execute function analytics.stage_sessions();
create or replace trigger analytics_stage_update after update on core.sessions
    referencing old table as old_rows new table as new_rows
    for each statement execute function analytics.stage_sessions();
create or replace trigger analytics_stage_delete after delete on core.sessions
    referencing old table as changed_rows for each statement execute function analytics.stage_sessions();
create or replace trigger analytics_stage_truncate after truncate on core.sessions
    for each statement execute function analytics.stage_everything();

create or replace trigger analytics_stage_insert after insert on core.sets
    referencing new table as changed_rows for each statement execute function analytics.stage_sets();
create or replace trigger analytics_stage_update after update on core.sets
    referencing old table as old_rows new table as new_rows
    for each statement execute function analytics.stage_sets();
create or replace trigger analytics_stage_delete after delete on core.sets
    referencing old table as changed_rows for each statement execute function analytics.stage_sets();
create or replace trigger analytics_stage_truncate after truncate on core.sets
    for each statement execute function analytics.stage_everything();

comment on function analytics.stage_sessions is
    'Stages the old and the new place of each session that a statement changed; notes a session that is inserted alone.';
comment on function analytics.stage_sets is
    'Stages the sessions whose sets a statement changed, and the exercise where it is but one; not the one that is noted.';
comment on function analytics.stage_everything is 'Stages a full refresh: a truncate does not say what it removed.';

comment on trigger analytics_stage_insert on core.sessions is 'Tells analytics which sessions are new.';
comment on trigger analytics_stage_update on core.sessions is 'Tells analytics which sessions changed or moved.';
comment on trigger analytics_stage_delete on core.sessions is 'Tells analytics which sessions went.';
comment on trigger analytics_stage_truncate on core.sessions is 'Tells analytics that all sessions went.';
comment on trigger analytics_stage_insert on core.sets is 'Tells analytics whose sets are new.';
comment on trigger analytics_stage_update on core.sets is 'Tells analytics whose sets changed or moved.';
comment on trigger analytics_stage_delete on core.sets is 'Tells analytics whose sets went.';
comment on trigger analytics_stage_truncate on core.sets is 'Tells analytics that all sets went.';

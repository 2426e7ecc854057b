-- Staging from the app's own tables, in place of db/definitions/triggers/staging.sql: a trigger with transition tables
-- cannot be on a view. What is staged is named as core names it.
create or replace function analytics.stage_workouts() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' then
        -- The old and the new place: a workout may move between members and weeks.
        insert into analytics.staging_changes (user_id, session_id, week)
        select core.uuid_of(o.member_id), core.uuid_of(o.id), analytics.week_of(o.began) from old_rows as o
        union
        select core.uuid_of(n.member_id), core.uuid_of(n.id), analytics.week_of(n.began) from new_rows as n;
    else
        insert into analytics.staging_changes (user_id, session_id, week)
        select core.uuid_of(c.member_id), core.uuid_of(c.id), analytics.week_of(c.began) from changed_rows as c;
    end if;
    return null;
end
$$;

create or replace function analytics.stage_workout_sets() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- The member is a hint for freshness only; the drain finds out by itself whose the workout is.
    if tg_op = 'UPDATE' then
        insert into analytics.staging_changes (user_id, session_id)
        select s.user_id, c.session_id
        from (select core.uuid_of(o.workout_id) as session_id from old_rows as o
              union
              select core.uuid_of(n.workout_id) from new_rows as n) as c
        left join core.sessions as s on s.session_id = c.session_id;
    else
        insert into analytics.staging_changes (user_id, session_id)
        select s.user_id, c.session_id
        from (select distinct core.uuid_of(r.workout_id) as session_id from changed_rows as r) as c
        left join core.sessions as s on s.session_id = c.session_id;
    end if;
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

create or replace trigger analytics_stage_insert after insert on public.workouts
    referencing new table as changed_rows for each statement execute function analytics.stage_workouts();
create or replace trigger analytics_stage_update after update on public.workouts
    referencing old table as old_rows new table as new_rows
    for each statement execute function analytics.stage_workouts();
create or replace trigger analytics_stage_delete after delete on public.workouts
    referencing old table as changed_rows for each statement execute function analytics.stage_workouts();
create or replace trigger analytics_stage_truncate after truncate on public.workouts
    for each statement execute function analytics.stage_everything();

create or replace trigger analytics_stage_insert after insert on public.workout_sets
    referencing new table as changed_rows for each statement execute function analytics.stage_workout_sets();
create or replace trigger analytics_stage_update after update on public.workout_sets
    referencing old table as old_rows new table as new_rows
    for each statement execute function analytics.stage_workout_sets();
create or replace trigger analytics_stage_delete after delete on public.workout_sets
    referencing old table as changed_rows for each statement execute function analytics.stage_workout_sets();
create or replace trigger analytics_stage_truncate after truncate on public.workout_sets
    for each statement execute function analytics.stage_everything();

comment on function analytics.stage_workouts is 'Stages the old and the new place of each workout that a statement changed.';
comment on function analytics.stage_workout_sets is 'Stages the workouts whose sets a statement changed.';
comment on function analytics.stage_everything is 'Stages a full refresh: a truncate does not say what it removed.';

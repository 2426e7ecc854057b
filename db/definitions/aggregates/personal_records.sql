-- The best that one user ever did in one exercise, each with the session where it was first reached.
--
-- @key     user_id, exercise_id
-- @with    touched_records as materialized (
--              select c.user_id, c.exercise_id, c.session_id
--              from (
--                  select distinct c.user_id, c.session_id, c.exercise_id from changes as c where c.exercise_id is not null
--                  union all
--                  -- The session itself changed: every exercise that it has, or had when it was last folded in.
--                  select c.user_id, c.session_id, x.exercise_id
--                  from (select distinct c.user_id, c.session_id from changes as c where c.exercise_id is null) as c
--                  cross join lateral (
--                      select t.exercise_id from core.sets as t where t.session_id = c.session_id
--                      union
--                      select e.id from analytics.session_summary_delta as d cross join unnest(d.exercise_ids) as e (id)
--                      where d.user_id = c.user_id and d.session_id = c.session_id
--                      union
--                      select e.id from analytics.session_summary as m cross join unnest(m.exercise_ids) as e (id)
--                      where m.user_id = c.user_id and m.session_id = c.session_id
--                      union
--                      -- Whatever names it, or names nobody. A record may have been recomputed for another session's
--                      -- sake, and found this one before it was ever folded in for that user; when it has left, nothing
--                      -- else leads from it to that record.
--                      select n.exercise_id from analytics.personal_records_current as n
--                      where n.user_id = c.user_id
--                        and (c.session_id in (n.max_weight_session_id, n.best_e1rm_session_id,
--                                              n.best_set_volume_session_id, n.max_distance_session_id)
--                             or num_nonnulls(n.max_weight_session_id, n.max_distance_session_id) = 0)
--                      offset 0
--                  ) as x
--              ) as c
--              cross join state
--              left join lateral (
--                  select r.* from analytics.personal_records_current as r
--                  where r.user_id = c.user_id and r.exercise_id = c.exercise_id
--                  offset 0
--              ) as r on true
--              left join lateral (
--                  select v.* from analytics.session_records_live as v
--                  where v.session_id = c.session_id and v.user_id = c.user_id and v.exercise_id = c.exercise_id
--                  offset 0
--              ) as v on true
--              -- Most sets set no record. One can only change where the session holds it or reaches it now, a row only
--              -- begin with a first set and only end where nobody holds anything: otherwise it is as it would be
--              -- recomputed, apart from changes that are still staged (docs/adr/0014). While a full refresh runs this is
--              -- not so, because the rows that the session was compared with may give way to older ones.
--              where c.session_id is not null
--                and (state.folding
--                     or c.session_id in (r.max_weight_session_id, r.best_e1rm_session_id,
--                                         r.best_set_volume_session_id, r.max_distance_session_id)
--                     or (v.user_id is not null and r.user_id is null)
--                     or (v.user_id is null and r.user_id is not null
--                         and num_nonnulls(r.max_weight_session_id, r.max_distance_session_id) = 0)
--                     or analytics.beats(v.weight_kg, v.started_at, v.session_id,
--                                        r.max_weight_kg, r.max_weight_at, r.max_weight_session_id)
--                     or analytics.beats(v.e1rm_kg, v.started_at, v.session_id,
--                                        r.best_e1rm_kg, r.best_e1rm_at, r.best_e1rm_session_id)
--                     or analytics.beats(v.set_volume_kg, v.started_at, v.session_id,
--                                        r.best_set_volume_kg, r.best_set_volume_at, r.best_set_volume_session_id)
--                     or analytics.beats(v.distance_m, v.started_at, v.session_id,
--                                        r.max_distance_m, r.max_distance_at, r.max_distance_session_id))
--          )
-- @changed select t.user_id, t.exercise_id from touched_records as t
-- The live view looks through all of a user's sessions. A record that stands or improves needs only those that hold it
-- and those that changed; where any measure falls, the next best may be anyone's.
-- @shortcut
--          select n.*
--          from (
--              select t.user_id, t.exercise_id, array_agg(t.session_id) as session_ids
--              from touched_records as t
--              where not exists (select from whole_users as w where w.user_id = t.user_id)
--              group by t.user_id, t.exercise_id
--          ) as t
--          cross join state
--          left join lateral (
--              select r.* from analytics.personal_records_current as r
--              where r.user_id = t.user_id and r.exercise_id = t.exercise_id
--              offset 0
--          ) as r on true
--          cross join lateral (
--              select a.* from analytics.personal_records_narrow(t.session_ids || array[
--                  r.max_weight_session_id, r.best_e1rm_session_id,
--                  r.best_set_volume_session_id, r.max_distance_session_id], false) as a
--              -- Not '=': by the user the planner would go through all of their sessions, and these few are found by id.
--              where a.user_id is not distinct from t.user_id and a.exercise_id = t.exercise_id
--              offset 0
--          ) as n
--          where not state.folding
--            and not analytics.beats(r.max_weight_kg, r.max_weight_at, r.max_weight_session_id,
--                                    n.max_weight_kg, n.max_weight_at, n.max_weight_session_id)
--            and not analytics.beats(r.best_e1rm_kg, r.best_e1rm_at, r.best_e1rm_session_id,
--                                    n.best_e1rm_kg, n.best_e1rm_at, n.best_e1rm_session_id)
--            and not analytics.beats(r.best_set_volume_kg, r.best_set_volume_at, r.best_set_volume_session_id,
--                                    n.best_set_volume_kg, n.best_set_volume_at, n.best_set_volume_session_id)
--            and not analytics.beats(r.max_distance_m, r.max_distance_at, r.max_distance_session_id,
--                                    n.max_distance_m, n.max_distance_at, n.max_distance_session_id)

-- Whether all sessions are meant is said by a constant of its own: a condition that asks whether the ids are null is none
-- that an index could serve.
create function analytics.personal_records_narrow(session_ids uuid[], all_sessions boolean)
    returns table (
        user_id uuid, exercise_id uuid,
        max_weight_kg numeric, max_weight_session_id uuid, max_weight_at timestamptz,
        best_e1rm_kg numeric, best_e1rm_session_id uuid, best_e1rm_at timestamptz,
        best_set_volume_kg numeric, best_set_volume_session_id uuid, best_set_volume_at timestamptz,
        max_distance_m numeric, max_distance_session_id uuid, max_distance_at timestamptz)
    language sql stable parallel safe
as $records$
    select
        b.user_id,
        b.exercise_id,
        b.max_weight_kg,
        b.max_weight_session_id,
        (select s.started_at from analytics.session_starts_live as s where s.session_id = b.max_weight_session_id) as max_weight_at,
        b.best_e1rm_kg,
        b.best_e1rm_session_id,
        (select s.started_at from analytics.session_starts_live as s where s.session_id = b.best_e1rm_session_id) as best_e1rm_at,
        b.best_set_volume_kg,
        b.best_set_volume_session_id,
        (select s.started_at from analytics.session_starts_live as s where s.session_id = b.best_set_volume_session_id) as best_set_volume_at,
        b.max_distance_m,
        b.max_distance_session_id,
        (select s.started_at from analytics.session_starts_live as s where s.session_id = b.max_distance_session_id) as max_distance_at
    from (
        select
            r.user_id,
            r.exercise_id,
            max(r.weight_kg) as max_weight_kg,
            (array_agg(r.session_id order by r.weight_kg desc, r.started_at, r.session_id)
                filter (where r.weight_kg is not null))[1] as max_weight_session_id,
            max(r.e1rm_kg) as best_e1rm_kg,
            (array_agg(r.session_id order by r.e1rm_kg desc, r.started_at, r.session_id)
                filter (where r.e1rm_kg is not null))[1] as best_e1rm_session_id,
            max(r.set_volume_kg) as best_set_volume_kg,
            (array_agg(r.session_id order by r.set_volume_kg desc, r.started_at, r.session_id)
                filter (where r.set_volume_kg is not null))[1] as best_set_volume_session_id,
            max(r.distance_m) as max_distance_m,
            (array_agg(r.session_id order by r.distance_m desc, r.started_at, r.session_id)
                filter (where r.distance_m is not null))[1] as max_distance_session_id
        from analytics.session_records_live as r
        where all_sessions or r.session_id = any (session_ids)
        group by r.user_id, r.exercise_id
    ) as b
$records$;

comment on function analytics.personal_records_narrow is
    'Columns as personal_records_live, but chosen from the given sessions alone, or from all.';

create view analytics.personal_records_live as
select n.* from analytics.personal_records_narrow(null, true) as n;

comment on view analytics.personal_records_live is
    'Per user and exercise with a working set, straight from core: the definition of the aggregate personal_records.';
comment on column analytics.personal_records_live.max_weight_kg is 'Kilograms: the heaviest weight; null when no set has one.';
comment on column analytics.personal_records_live.max_weight_session_id is
    'The session where it was first reached: of equal ones the earliest.';
comment on column analytics.personal_records_live.max_weight_at is 'When that session started.';
comment on column analytics.personal_records_live.best_e1rm_kg is
    'Kilograms: the best estimated one-repetition maximum (Epley) over sets of 1 to 12 reps; null when there is none.';
comment on column analytics.personal_records_live.best_e1rm_session_id is 'The session where it was first reached.';
comment on column analytics.personal_records_live.best_e1rm_at is 'When that session started.';
comment on column analytics.personal_records_live.best_set_volume_kg is
    'Kilograms: the largest reps x weight of one set; null when no set has both.';
comment on column analytics.personal_records_live.best_set_volume_session_id is 'The session where it was first reached.';
comment on column analytics.personal_records_live.best_set_volume_at is 'When that session started.';
comment on column analytics.personal_records_live.max_distance_m is
    'Metres: the longest distance of one set; null when no set has one.';
comment on column analytics.personal_records_live.max_distance_session_id is 'The session where it was first reached.';
comment on column analytics.personal_records_live.max_distance_at is 'When that session started.';

-- The seam: core as views over the app's tables, run by whoever owns those, before the first 'analytics-gql migrate'.
-- Names, types and units are turned here, and nowhere else.
--
-- No cast may raise: one bad row must not stop a refresh.
create schema if not exists core;

-- Ids are uuids in the API: 42 is 00000000-0000-0000-0000-00000000002a, there and back.
create or replace function core.uuid_of(id bigint) returns uuid
    language sql immutable strict parallel safe
    return lpad(to_hex(id), 32, '0')::uuid;

create or replace view core.users as
select core.uuid_of(m.id) as user_id, m.full_name as display_name
from public.members as m;

create or replace view core.exercises as
select core.uuid_of(m.id) as exercise_id, m.label as name, m.body_part as muscle_group
from public.movements as m;

create or replace view core.sessions as
select core.uuid_of(w.id) as session_id, core.uuid_of(w.member_id) as user_id,
       case w.kind when 1 then 'strength' when 2 then 'run' when 3 then 'ride' else 'other' end as activity_type,
       w.note as title, w.began as started_at, w.finished as ended_at, w.km * 1000 as distance_m
from public.workouts as w;

create or replace view core.sets as
select core.uuid_of(s.workout_id) as session_id, core.uuid_of(s.movement_id) as exercise_id, s.warm_up as is_warmup,
       s.reps::int as reps, s.pounds * 0.45359237 as weight_kg, s.effort as rpe, s.metres as distance_m
from public.workout_sets as s;

-- What each drain and read looks up, by what the views make of the columns. On a table in use: create index concurrently.
create index members_uuid on public.members (core.uuid_of(id));
create index movements_uuid on public.movements (core.uuid_of(id));
create index workouts_uuid on public.workouts (core.uuid_of(id));
create index workouts_member_week on public.workouts
    (core.uuid_of(member_id), ((date_trunc('week', began at time zone 'UTC'))::date));
create index workouts_member_began on public.workouts (core.uuid_of(member_id), began desc, core.uuid_of(id) desc);
create index workout_sets_workout_movement on public.workout_sets (core.uuid_of(workout_id), core.uuid_of(movement_id));

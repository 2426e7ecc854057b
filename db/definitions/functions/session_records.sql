-- The best that each session did in each exercise: what personal records are chosen from.
create or replace view analytics.session_records_live as
select
    s.user_id,
    t.exercise_id,
    s.session_id,
    s.started_at,
    max(m.weight_kg) as weight_kg,
    max(case when t.reps = 1 then m.weight_kg
             when t.reps between 2 and 12 then m.weight_kg * (30 + t.reps) / 30
        end) as e1rm_kg,
    max(t.reps * m.weight_kg) as set_volume_kg,
    max(m.distance_m) as distance_m
from core.sessions as s
join core.sets as t on t.session_id = s.session_id
cross join lateral (
    select analytics.measured(t.weight_kg) as weight_kg, analytics.measured(t.distance_m) as distance_m
) as m
where t.is_warmup is not true
-- In the order of an index of the sets: all of them are then grouped as they come, without millions of groups in memory.
group by t.session_id, t.exercise_id, s.session_id, s.user_id, s.started_at;

comment on view analytics.session_records_live is
    'Per user, exercise and session over working sets, straight from core: what personal_records_live chooses from.';
comment on column analytics.session_records_live.weight_kg is 'Kilograms: the heaviest weight; null when no set has one.';
comment on column analytics.session_records_live.e1rm_kg is
    'Kilograms: the best estimated one-repetition maximum (Epley: weight x (1 + reps / 30)) over sets of 1 to 12 reps; '
    'a single counts as its own weight.';
comment on column analytics.session_records_live.set_volume_kg is 'Kilograms: the largest reps x weight of one set.';
comment on column analytics.session_records_live.distance_m is 'Metres: the longest distance of one set.';

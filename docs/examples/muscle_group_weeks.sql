-- How many working sets one user did for one muscle group in one week.
--
-- @key     user_id, week_start, muscle_group
-- @changed select c.user_id, c.week as week_start, g.muscle_group
--          from changes as c
--          cross join lateral (
--              -- The groups that the week has now, and those that it had when it was last folded in.
--              select coalesce(e.muscle_group, 'other') as muscle_group
--              from core.sessions as s
--              join core.sets as t on t.session_id = s.session_id
--              join core.exercises as e on e.exercise_id = t.exercise_id
--              where s.user_id = c.user_id and analytics.week_of(s.started_at) = c.week
--              union
--              select m.muscle_group from analytics.muscle_group_weeks_current as m
--              where m.user_id = c.user_id and m.week_start = c.week
--          ) as g
--          where c.week is not null

create view analytics.muscle_group_weeks_live as
select
    s.user_id,
    analytics.week_of(s.started_at) as week_start,
    coalesce(e.muscle_group, 'other') as muscle_group,
    count(*)::int as set_count,
    coalesce(sum(t.reps * analytics.measured(t.weight_kg)), 0) as total_volume_kg
from core.sessions as s
join core.sets as t on t.session_id = s.session_id
join core.exercises as e on e.exercise_id = t.exercise_id
where t.is_warmup is not true
group by s.user_id, analytics.week_of(s.started_at), coalesce(e.muscle_group, 'other');

comment on view analytics.muscle_group_weeks_live is
    'Per user, week and muscle group, straight from core: the definition of the aggregate muscle_group_weeks.';
comment on column analytics.muscle_group_weeks_live.week_start is 'Monday of the ISO week, in UTC.';
comment on column analytics.muscle_group_weeks_live.muscle_group is 'As core.exercises has it; other where it has none.';
comment on column analytics.muscle_group_weeks_live.set_count is 'Working sets (warm-ups excluded).';
comment on column analytics.muscle_group_weeks_live.total_volume_kg is 'Kilograms: sum of reps x weight over them.';

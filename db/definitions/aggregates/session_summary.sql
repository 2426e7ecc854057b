-- What one session amounted to: the row that weeks are summed up from.
--
-- @key     user_id, session_id
-- @index   session_id
-- @index   user_id, week_start
-- @page    user_id, started_at desc, session_id desc
-- @changed select c.user_id, c.session_id from changes as c where c.session_id is not null
-- @shortcut
--          select (s.summary).* from summaries as s

create view analytics.session_summary_live as
select
    s.user_id,
    s.session_id,
    s.activity_type,
    s.title,
    s.started_at,
    s.ended_at,
    analytics.week_of(s.started_at) as week_start,
    -- In seconds and not as an interval: a difference with an infinite end raises.
    case when s.ended_at >= s.started_at and isfinite(s.started_at) and isfinite(s.ended_at)
         then floor(extract(epoch from s.ended_at) - extract(epoch from s.started_at))::bigint
    end as duration_s,
    coalesce(analytics.measured(s.distance_m), t.distance_m) as distance_m,
    t.total_volume_kg,
    round(t.rpe_sum / nullif(t.rpe_count, 0), 2) as avg_rpe,
    t.set_count,
    cardinality(t.exercise_ids) as exercise_count,
    t.rpe_sum,
    t.rpe_count,
    t.exercise_ids
from core.sessions as s
cross join lateral (
    select
        coalesce(sum(t.reps * analytics.measured(t.weight_kg)) filter (where t.is_warmup is not true), 0)
            as total_volume_kg,
        sum(analytics.measured(t.distance_m)) as distance_m,
        count(*) filter (where t.is_warmup is not true)::int as set_count,
        coalesce(sum(analytics.measured(t.rpe)) filter (where t.is_warmup is not true), 0) as rpe_sum,
        count(analytics.measured(t.rpe)) filter (where t.is_warmup is not true)::int as rpe_count,
        coalesce(array_agg(distinct t.exercise_id order by t.exercise_id) filter (where t.is_warmup is not true), '{}')
            as exercise_ids
    from core.sets as t
    where t.session_id = s.session_id
) as t;

comment on view analytics.session_summary_live is
    'Per session, straight from core: the definition of the aggregate session_summary.';
comment on column analytics.session_summary_live.week_start is 'Monday of the ISO week of started_at, in UTC.';
comment on column analytics.session_summary_live.duration_s is
    'Whole seconds from start to end, rounded down; null while the session is open or when it ends before it starts.';
comment on column analytics.session_summary_live.distance_m is
    'Metres: the session''s own distance, else the sum over its sets, warm-ups included; null when there is none.';
comment on column analytics.session_summary_live.total_volume_kg is
    'Kilograms: sum of reps x weight over working sets; a set without either counts as nothing.';
comment on column analytics.session_summary_live.avg_rpe is
    'Mean rate of perceived exertion over the working sets that have one, two decimals; null when none has.';
comment on column analytics.session_summary_live.set_count is 'Working sets (warm-ups excluded).';
comment on column analytics.session_summary_live.exercise_count is 'Distinct exercises among the working sets.';
comment on column analytics.session_summary_live.rpe_sum is 'Sum behind avg_rpe, so that means over several rows stay exact.';
comment on column analytics.session_summary_live.rpe_count is 'Working sets that have an RPE.';
comment on column analytics.session_summary_live.exercise_ids is 'The distinct exercises of the working sets, sorted.';

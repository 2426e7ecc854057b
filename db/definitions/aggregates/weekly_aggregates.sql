-- What one user did in one week: sums over session_summary, which defines each measure once.
--
-- @key     user_id, week_start
-- @changed select c.user_id, c.week as week_start from changes as c where c.week is not null

create view analytics.weekly_aggregates_live as
select
    s.user_id,
    s.week_start,
    count(*)::int as session_count,
    coalesce(sum(s.distance_m), 0) as total_distance_m,
    coalesce(sum(s.duration_s), 0)::bigint as total_duration_s,
    sum(s.total_volume_kg) as total_volume_kg,
    round(sum(s.rpe_sum) / nullif(sum(s.rpe_count), 0), 2) as avg_rpe,
    sum(s.set_count)::int as set_count,
    cardinality(analytics.exercise_union(s.exercise_ids)) as exercise_count,
    sum(s.rpe_sum) as rpe_sum,
    sum(s.rpe_count)::int as rpe_count,
    analytics.exercise_union(s.exercise_ids) as exercise_ids
from analytics.session_summary_live as s
group by s.user_id, s.week_start;

comment on view analytics.weekly_aggregates_live is
    'Per user and week, straight from core: the definition of the aggregate weekly_aggregates.';
comment on column analytics.weekly_aggregates_live.week_start is 'Monday of the ISO week, in UTC.';
comment on column analytics.weekly_aggregates_live.session_count is 'Sessions that started in the week, open ones included.';
comment on column analytics.weekly_aggregates_live.total_distance_m is 'Metres over the sessions that have a distance.';
comment on column analytics.weekly_aggregates_live.total_duration_s is 'Seconds over the sessions that have a duration.';
comment on column analytics.weekly_aggregates_live.total_volume_kg is 'Kilograms: sum of the sessions'' volumes.';
comment on column analytics.weekly_aggregates_live.avg_rpe is
    'Mean RPE over all working sets of the week that have one, two decimals; null when none has.';
comment on column analytics.weekly_aggregates_live.set_count is 'Working sets of the week.';
comment on column analytics.weekly_aggregates_live.exercise_count is 'Distinct exercises of the week.';
comment on column analytics.weekly_aggregates_live.rpe_sum is 'Sum behind avg_rpe, so that means over several weeks stay exact.';
comment on column analytics.weekly_aggregates_live.rpe_count is 'Working sets that have an RPE.';
comment on column analytics.weekly_aggregates_live.exercise_ids is 'The distinct exercises of the week, sorted.';

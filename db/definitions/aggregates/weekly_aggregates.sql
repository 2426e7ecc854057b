-- What one user did in one week: sums over session_summary, which defines each measure once.
--
-- @key     user_id, week_start
-- @include session_count, total_distance_m, total_duration_s, total_volume_kg, avg_rpe, set_count, exercise_count
-- @changed select c.user_id, c.week as week_start from changes as c where c.week is not null
-- Of a week's sessions only those that changed are recomputed; the others are taken as they were last folded in. Not while
-- a full refresh runs: what it is about to take off the queue is not yet in session_summary as readers see it.
-- @shortcut
--          select n.*
--          from (
--              select c.user_id, c.week, array_agg(c.session_id) as session_ids,
--                     coalesce(array_agg(s.totals) filter (where s.session_id is not null), '{}') as totals
--              from (select distinct c.user_id, c.week, c.session_id from changes as c) as c
--              left join summaries as s on s.session_id = c.session_id
--              where c.week is not null and not exists (select from whole_users as w where w.user_id = c.user_id)
--              group by c.user_id, c.week
--              having bool_and(c.session_id is not null)
--          ) as c
--          cross join state
--          cross join lateral (
--              select n.* from analytics.weekly_aggregates_narrow(c.session_ids, c.totals, false) as n
--              where n.user_id = c.user_id and n.week_start = c.week
--              offset 0
--          ) as n
--          where not state.folding
-- A week is the sum of its sessions, and a full refresh has just made those anew.
-- @folded  select n.* from analytics.weekly_aggregates_narrow(null, null, true) as n

-- A plain SQL function without settings of its own: the planner puts its query in place of the call, so that conditions on
-- the user and the week reach the tables' indexes, and for null the other branches are gone.
create function analytics.weekly_aggregates_narrow(session_ids uuid[], totals analytics.session_totals[], folded boolean)
    returns table (
        user_id uuid, week_start date,
        session_count int, total_distance_m numeric, total_duration_s bigint, total_volume_kg numeric, avg_rpe numeric,
        set_count int, exercise_count int, rpe_sum numeric, rpe_count int, exercise_ids uuid[])
    language sql stable parallel safe
as $weeks$
    select
        g.user_id,
        g.week_start,
        g.session_count,
        analytics.indexable(g.total_distance_m) as total_distance_m,
        g.total_duration_s,
        analytics.indexable(g.total_volume_kg) as total_volume_kg,
        g.avg_rpe,
        g.set_count,
        cardinality(e.ids) as exercise_count,
        g.rpe_sum,
        g.rpe_count,
        e.ids as exercise_ids
    from (
        select
            s.user_id,
            s.week_start,
            count(*)::int as session_count,
            coalesce(sum(s.distance_m), 0) as total_distance_m,
            coalesce(sum(s.duration_s), 0)::bigint as total_duration_s,
            sum(s.total_volume_kg) as total_volume_kg,
            round(sum(s.rpe_sum) / nullif(sum(s.rpe_count), 0), 2) as avg_rpe,
            sum(s.set_count)::int as set_count,
            sum(s.rpe_sum) as rpe_sum,
            sum(s.rpe_count)::int as rpe_count,
            analytics.exercise_lists(s.exercise_ids) as exercise_lists
        from (
            select l.user_id, l.week_start, l.distance_m, l.duration_s, l.total_volume_kg, l.set_count, l.rpe_sum, l.rpe_count,
                   l.exercise_ids
            from analytics.session_summary_live as l
            where session_ids is null and not folded
            union all
            select u.user_id, u.week_start, u.distance_m, u.duration_s, u.total_volume_kg, u.set_count, u.rpe_sum, u.rpe_count,
                   u.exercise_ids
            from unnest(totals) as u
            union all
            select d.user_id, d.week_start, d.distance_m, d.duration_s, d.total_volume_kg, d.set_count, d.rpe_sum, d.rpe_count,
                   d.exercise_ids
            from analytics.session_summary_delta as d
            where session_ids is not null and not d.deleted and d.session_id <> all (session_ids)
            union all
            select m.user_id, m.week_start, m.distance_m, m.duration_s, m.total_volume_kg, m.set_count, m.rpe_sum, m.rpe_count,
                   m.exercise_ids
            from analytics.session_summary as m
            where folded
               or session_ids is not null and m.session_id <> all (session_ids)
                  -- A probe a row: a join that was planned while the delta was empty would go through all of a user's rows there.
                  and (select true from analytics.session_summary_delta as d
                       where d.user_id = m.user_id and d.session_id = m.session_id) is not true
        ) as s
        group by s.user_id, s.week_start
    ) as g
    -- Not exercise_union: a final function in SQL is started anew for each week, which takes longer than the week's sums.
    cross join lateral (
        select coalesce(array_agg(distinct i.id order by i.id), '{}') as ids from unnest(g.exercise_lists) as i (id)
    ) as e
$weeks$;

comment on function analytics.weekly_aggregates_narrow is
    'Columns as weekly_aggregates_live, of the given totals and, but for the given sessions, what '
    'session_summary_current has; null: all from core, or where folded all from the matview session_summary.';

create view analytics.weekly_aggregates_live as
select n.* from analytics.weekly_aggregates_narrow(null, null, false) as n;

comment on view analytics.weekly_aggregates_live is
    'Per user and week, straight from core: the definition of the aggregate weekly_aggregates.';
comment on column analytics.weekly_aggregates_live.week_start is 'Monday of the ISO week, in UTC.';
comment on column analytics.weekly_aggregates_live.session_count is 'Sessions that started in the week, open ones included.';
comment on column analytics.weekly_aggregates_live.total_distance_m is
    'Metres over the sessions that have a distance; to 100 decimals.';
comment on column analytics.weekly_aggregates_live.total_duration_s is 'Seconds over the sessions that have a duration.';
comment on column analytics.weekly_aggregates_live.total_volume_kg is 'Kilograms: sum of the sessions'' volumes; to 100 decimals.';
comment on column analytics.weekly_aggregates_live.avg_rpe is
    'Mean RPE over all working sets of the week that have one, two decimals; null when none has.';
comment on column analytics.weekly_aggregates_live.set_count is 'Working sets of the week.';
comment on column analytics.weekly_aggregates_live.exercise_count is 'Distinct exercises of the week.';
comment on column analytics.weekly_aggregates_live.rpe_sum is 'Sum behind avg_rpe, so that means over several weeks stay exact.';
comment on column analytics.weekly_aggregates_live.rpe_count is 'Working sets that have an RPE.';
comment on column analytics.weekly_aggregates_live.exercise_ids is 'The distinct exercises of the week, sorted.';

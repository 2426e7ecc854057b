-- A delta is empty each night and large by the evening. A plan made while it is believed to be empty takes any of its
-- indexes, since all cost the same, and then reads all rows of a user for each session. Autovacuum notices within a minute
-- or so, which a drain of thousands cannot wait for: it looks for itself.
create or replace function analytics.analyze_deltas() returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
as $deltas$
declare
    -- As autovacuum's threshold and scale factor: a plan for a quarter of the rows serves.
    threshold constant int := 500;
    growth constant int := 4;
    grown record;
begin
    for grown in
        select c.oid::regclass as delta, string_agg(distinct quote_ident(t.attname), ', ') as columns
        from analytics.aggregates as a
        join pg_class as c on c.relnamespace = 'analytics'::regnamespace and c.relname = a.name || '_delta'
        join pg_index as i on i.indrelid = c.oid
        join pg_attribute as t on t.attrelid = c.oid and t.attnum = any (i.indkey)
        where pg_stat_get_live_tuples(c.oid) > threshold + growth * greatest(c.reltuples, 0)
        group by c.oid
    loop
        -- The columns that conditions are about: of the others, lists above all, statistics are dear and of no use. Locked
        -- is a delta by autovacuum, which does the same.
        execute format('analyze (skip_locked) %s (%s)', grown.delta, grown.columns);
    end loop;
end
$deltas$;

comment on function analytics.analyze_deltas is
    'Analyzes each delta that has grown to a multiple of what the planner believes. Called by analytics.drain, whose own '
    'changes count from the next drain on.';

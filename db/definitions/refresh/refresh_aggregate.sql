-- One matview's part of a full refresh, for a role that owns none: before PostgreSQL 17 only the owner may REFRESH, and
-- to own a matview is to be free to drop it.
create or replace function analytics.refresh_aggregate(aggregate text) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
as $refresh$
declare
    populated boolean;
begin
    select c.relispopulated into populated
    from analytics.aggregates as a
    join pg_class as c on c.relnamespace = 'analytics'::regnamespace and c.relname = a.name and c.relkind = 'm'
    where a.name = refresh_aggregate.aggregate;
    if populated is null then
        raise exception 'there is no aggregate %', aggregate using errcode = 'undefined_object';
    end if;
    -- One without content (a restore that left it out) cannot be refreshed beside its readers, and has none.
    execute format('refresh materialized view %s analytics.%I', case when populated then 'concurrently' else '' end, aggregate);
end
$refresh$;

comment on function analytics.refresh_aggregate is
    'Refreshes one matview without blocking its readers. Called by the full refresh, which holds its lock.';

-- One matview's part of a full refresh, for a role that owns none: before PostgreSQL 17 only the owner may REFRESH, and
-- to own a matview is to be free to drop it.
--
-- REFRESH ⇒ the drain's lock ⇒ what was drained beside it is staged once more ⇒ commit, all of it at once
--
-- The rows that REFRESH brings may come of changes that were never drained and have been taken back since: a drain that
-- ran before the commit could not see that they would stand (ADR-014).
create or replace function analytics.refresh_aggregate(aggregate text) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
as $refresh$
declare
    populated boolean;
    -- Each session and week that a change leaves or enters is staged by name.
    keys_are_staged constant boolean := aggregate in ('session_summary', 'weekly_aggregates');
begin
    select c.relispopulated into populated
    from analytics.aggregates as a
    join pg_class as c on c.relnamespace = 'analytics'::regnamespace and c.relname = a.name and c.relkind = 'm'
    where a.name = refresh_aggregate.aggregate;
    if populated is null then
        raise exception 'there is no aggregate %', aggregate using errcode = 'undefined_object';
    end if;
    -- A snapshot older than the drain's lock would miss what was drained while REFRESH ran.
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'analytics.refresh_aggregate runs at read committed, not at %', current_setting('transaction_isolation')
            using errcode = 'active_sql_transaction',
                  hint = 'Begin the transaction at read committed.';
    end if;
    -- One without content (a restore that left it out) cannot be refreshed beside its readers, and has none.
    execute format('refresh materialized view %s analytics.%I', case when populated then 'concurrently' else '' end, aggregate);
    if not keys_are_staged and exists (select from analytics.refresh_state as s where s.generation <> s.folded_generation) then
        perform pg_advisory_xact_lock(analytics.lock_id('drain'));
        perform analytics.stage_again();
    end if;
end
$refresh$;

comment on function analytics.refresh_aggregate is
    'Refreshes one matview without blocking its readers, and stages once more what was drained meanwhile where that may '
    'have met it. Called by the full refresh, which holds its lock.';

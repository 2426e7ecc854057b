-- How a full refresh ends, all of it under the drain's lock: folded in (well, or but for a view that failed), or given up
-- because whoever ran it is dead.
--
-- begun ⇒ generation ahead of folded_generation: drains skip no record (ADR-014)
--       ⇒ a REFRESH commits: what was drained meanwhile is staged once more (analytics.refresh_aggregate)
--       ⇒ ended: what was drained since is too, and drains skip again
create or replace function analytics.stage_again() returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
as $again$
begin
    insert into analytics.staging_changes (user_id, session_id)
    select e.user_id, s.id
    from analytics.refresh_events as e cross join unnest(e.session_ids) as s (id)
    where e.drain_number > (select coalesce(r.folding_from, 0) from analytics.refresh_state as r);
    update analytics.refresh_state set folding_from = drain_number;
end
$again$;

comment on function analytics.stage_again is
    'Stages what was drained since the full refresh began, or since this was last called in it. Called under the drain''s '
    'lock, in the transaction that replaces rows which those drains compared with.';

create or replace function analytics.end_folding() returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
as $folding$
begin
    -- A purge uncovers rows of the matviews that no drain since could see.
    perform analytics.stage_again();
    update analytics.refresh_state set folded_generation = generation, folding_from = null;
end
$folding$;

comment on function analytics.end_folding is
    'Ends the present full refresh. Called under the drain''s lock, in the transaction that purges the deltas or by a drain.';

create or replace function analytics.give_up_full_refresh() returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
as $given_up$
begin
    update analytics.refresh_runs
    set outcome = 'FAILED', ended_at = clock_timestamp(), error = 'Ended before it was done; a later run does its work.'
    where kind = 'FULL' and outcome = 'RUNNING';
    if exists (select from analytics.refresh_state as s where s.generation <> s.folded_generation) then
        perform analytics.end_folding();
    end if;
end
$given_up$;

comment on function analytics.give_up_full_refresh is
    'Ends what a full refresh that died left. Called under the drain''s lock, by whoever has seen that the lock '
    '''full-refresh'' is held by nobody else.';

create or replace function analytics.full_refresh_runs() returns boolean
    language sql volatile
    set search_path = pg_catalog, pg_temp
as $runs$
    select exists (
        select from pg_locks as l
        join pg_database as d on d.oid = l.database and d.datname = current_database()
        where l.locktype = 'advisory' and l.granted and l.objsubid = 1
          and (l.classid::bigint << 32 | l.objid::bigint) = analytics.lock_id('full-refresh'))
$runs$;

comment on function analytics.full_refresh_runs is
    'Whether somebody holds the lock ''full-refresh''. Asked under the drain''s lock: nobody begins or ends one meanwhile.';

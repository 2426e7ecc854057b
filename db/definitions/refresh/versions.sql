-- What an answer about users depends on, as a text that differs whenever the answer might: for conditional requests.
--
-- An answer read from the current views changes with a drain that touched one of its users (refresh_events), with a full
-- refresh (generation, stamps), with the mode, and with what is pending. Events are kept for some days only: a user
-- without one counts as changed by the oldest drain that is still known, or the text could return to an earlier one.
-- While a full refresh is under way, and until the next drain after one that died, views have changed and their stamps
-- have not: no row.
-- Live views change with every commit: no row either.

-- As it was before it told drain_number it cannot be replaced. Only then: a request that runs meanwhile meets none.
do $do$
begin
    if exists (
        select from pg_catalog.pg_proc as p
        where p.oid = pg_catalog.to_regprocedure('analytics.read_versions(uuid[], int[])') and not 'drain_number' = any (p.proargnames)
    ) then
        drop function analytics.read_versions(uuid[], int[]);
    end if;
end
$do$;

create or replace function analytics.read_versions(user_ids uuid[], groups int[])
    returns table (grp int, version text, mode text, pending_changes bigint, drain_number bigint)
    language plpgsql stable security definer rows 10
    set search_path = pg_catalog, pg_temp
as $versions$
#variable_conflict use_column
declare
    state record;
    engine text;
    floor bigint;
    pending jsonb;
begin
    select s.mode, s.generation, s.folded_generation, s.drain_number, s.stamps
    into state from analytics.refresh_state as s;
    if state.mode = 'Live' or state.generation <> state.folded_generation then
        return;
    end if;
    -- A server that was restarted may have been restored.
    engine := concat_ws('|', state.mode, state.generation, state.stamps, pg_postmaster_start_time());
    floor := coalesce((select min(e.drain_number) from analytics.refresh_events as e), state.drain_number + 1);
    if state.mode = 'NightlyOnly' or exists (select from analytics.staging_changes) then
        select jsonb_object_agg(f.user_id, jsonb_build_array(f.pending_changes, f.as_of)) into pending
        from analytics.counted_freshness(
            user_ids, case state.mode when 'NightlyOnly' then 'MATVIEW' else 'INCREMENTAL' end, null) as f
        where f.pending_changes > 0;
    end if;

    return query
    select k.grp,
           engine || string_agg(
               concat_ws('|', k.user_id, coalesce(d.number, -floor), pending -> k.user_id::text,
                         quote_nullable(u.display_name)),
               E'\n' order by k.ordinal),
           state.mode,
           coalesce(sum((pending -> k.user_id::text ->> 0)::bigint), 0)::bigint,
           state.drain_number
    from unnest(user_ids, groups) with ordinality as k (user_id, grp, ordinal)
    left join core.users as u on u.user_id = k.user_id
    left join lateral (
        select e.drain_number as number from analytics.refresh_events as e
        where e.user_id = k.user_id order by e.drain_number desc limit 1
    ) as d on true
    group by k.grp;
end
$versions$;

comment on function analytics.read_versions is
    'For each group of users a text that differs whenever an answer about them read from the current views might; no row '
    'while it cannot be told. pending_changes: of all users of the group; drain_number: of the latest drain, whoever it was about.';

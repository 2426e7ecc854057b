-- The drain: takes a bounded batch of staged changes and recomputes what they touch into the deltas.
--
-- staged change ⇒ drain (lock, choose a batch) ⇒ recompute (take, resolve, recompute, upsert: one snapshot) ⇒ delta row
--                 ⇒ event, run, notify                          ↘ it raises: halve the batch, set the culprit aside
--
-- Recompute is one statement at READ COMMITTED: its snapshot is later than the lock, and what it takes off the queue is
-- exactly what it recomputed. It deletes by row, never 'older than': an older row may be uncommitted.
-- The migrator replaces each line '-- for each aggregate:' by the text that follows from the aggregates' declarations.
drop function if exists analytics.drain(int, int);
-- What they return has grown.
drop function if exists analytics.drain(int, int, timestamptz);
drop function if exists analytics.recompute(tid[]);

create or replace function analytics.recompute(
    batch tid[], out staged_changes bigint, out keys bigint, out drain_number bigint, out keys_by jsonb)
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set jit = off
    -- Planned once for each connection: no batch makes a plan better than another.
    set plan_cache_mode = force_generic_plan
    -- A plan made while the queue or a delta is empty would scan it whole, and a session keeps it while they fill.
    set enable_seqscan = off
as $recompute$
begin
    with state as materialized (
        -- Folding: a full refresh has begun and is not done. Rows that a delta shows now may give way to older ones.
        select s.generation, s.drain_number + 1 as drain_number, s.generation <> s.folded_generation as folding
        from analytics.refresh_state as s
        where s.mode = 'Incremental'
    ),
    taken as (
        delete from analytics.staging_changes as c
        using state
        where c.ctid = any (batch)
        returning c.user_id, c.session_id, analytics.monday_of(c.week) as week, c.exercise_id
    ),
    staged as materialized (
        select distinct t.user_id, t.session_id, t.week, t.exercise_id from taken as t
    ),
    -- changes
    -- What each touched session amounts to now, computed once for all that builds on it.
    summaries as materialized (
        select l.session_id, l.summary, l.totals
        from (select distinct s.session_id from staged as s where s.session_id is not null offset 0) as x
        cross join lateral (
            select l.session_id, l as summary,
                   row(l.user_id, l.week_start, l.distance_m, l.duration_s, l.total_volume_kg, l.set_count, l.rpe_sum,
                       l.rpe_count, l.exercise_ids)::analytics.session_totals as totals
            from analytics.session_summary_live as l where l.session_id = x.session_id
            offset 0
        ) as l
    ),
    -- Where each touched session is now, and every owner and week it was folded in under: a set's change knows its user
    -- only as a hint, and a deleted session's sets do not know it at all.
    places as materialized (
        select s.session_id, (s.totals).user_id, (s.totals).week_start as week from summaries as s
        union
        select x.session_id, p.user_id, p.week_start
        from (select distinct s.session_id from staged as s where s.session_id is not null offset 0) as x
        cross join lateral (
            select d.user_id, d.week_start from analytics.session_summary_delta as d where d.session_id = x.session_id
            union all
            select m.user_id, m.week_start from analytics.session_summary as m where m.session_id = x.session_id
            offset 0
        ) as p
    ),
    changes as materialized (
        select s.user_id, s.session_id, s.week, s.exercise_id from staged as s where s.user_id is not null
        union
        select p.user_id, s.session_id, p.week, s.exercise_id
        from staged as s join places as p on p.session_id = s.session_id
    ),
    -- end of changes
    whole_users as materialized (
        select distinct s.user_id from staged as s
        where s.user_id is not null and s.session_id is null and s.week is null
    ),
    -- for each aggregate: keys, rows
    touched as materialized (
        select w.user_id, array_agg(w.week_start order by w.week_start) as weeks, null::uuid[] as session_ids
        from weekly_aggregates_keys as w group by w.user_id
        union all
        select s.user_id, null, array_agg(s.session_id order by s.session_id)
        from session_summary_keys as s group by s.user_id
    ),
    events as (
        insert into analytics.refresh_events (drain_number, user_id, weeks, session_ids)
        select state.drain_number, t.user_id,
               coalesce(max(t.weeks) filter (where t.weeks is not null), '{}'),
               coalesce(max(t.session_ids) filter (where t.session_ids is not null), '{}')
        from touched as t cross join state
        group by state.drain_number, t.user_id
    ),
    counts (aggregate, keys) as materialized (
        -- for each aggregate: count
        select null::text, 0::bigint where false
    ),
    counted as materialized (
        select (select count(*) from taken) as staged_changes,
               (select coalesce(sum(c.keys), 0)::bigint from counts as c) as keys,
               (select coalesce(jsonb_object_agg(c.aggregate, c.keys), '{}') from counts as c) as keys_by
    ),
    stamped as (
        update analytics.refresh_state as r
        set drain_number = state.drain_number, last_incremental_at = statement_timestamp()
        from state, counted
        where counted.staged_changes > 0
    ),
    run as (
        insert into analytics.refresh_runs (kind, outcome, started_at, ended_at, staged_changes, keys)
        select 'INCREMENTAL', 'SUCCEEDED', statement_timestamp(), clock_timestamp(), c.staged_changes, c.keys
        from counted as c where c.staged_changes > 0
    )
    select c.staged_changes, c.keys, state.drain_number, c.keys_by
    into recompute.staged_changes, recompute.keys, recompute.drain_number, recompute.keys_by
    from counted as c cross join state;
    -- Where a writer drains in its own transaction, what it inserts from now on must be staged.
    perform set_config('analytics.inserted_session', '', true);
end
$recompute$;

comment on function analytics.recompute is
    'One batch of the drain, given as rows of staging_changes: takes them and recomputes their keys, in one statement. '
    'Nulls: the mode is not Incremental. Called by analytics.drain, under its lock.';

create or replace function analytics.drain(max_rows int, max_users int, changed_since timestamptz default null)
    returns table (staged_changes bigint, keys bigint, drain_number bigint, set_aside bigint, keys_by jsonb)
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
as $drain$
#variable_conflict use_column
declare
    batches jsonb;
    batch tid[];
    half int;
    done record;
    fault text;
begin
    -- A snapshot older than the lock would miss what the drain before this one did.
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'analytics.drain runs at read committed, not at %', current_setting('transaction_isolation')
            using errcode = 'active_sql_transaction',
                  hint = 'Call it in a statement of its own, or begin the transaction at read committed.';
    end if;
    -- One drain at a time. The number is the engine's own: see analytics.lock_id.
    if not pg_try_advisory_xact_lock(analytics.lock_id('drain')) then
        return;
    end if;
    if not exists (select from analytics.refresh_state as s where s.mode = 'Incremental') then
        return;
    end if;

    -- Whoever ran a full refresh is dead: nothing purges what was drained beside it any more. Else drains would look for
    -- each record in all sessions until the next one succeeds.
    if exists (select from analytics.refresh_state as s where s.generation <> s.folded_generation)
       and not analytics.full_refresh_runs() then
        perform analytics.give_up_full_refresh();
    end if;

    -- Restored: numbers that were given out since the backup, and that clients know, must not come to stand for other
    -- drains. Ten years of ten drains a second are 3,153,600,000, and no backup is that old. No gap where the incarnation
    -- was never noted: servers of the version before, which still run beside this, read over one a hundred at a time.
    update analytics.refresh_state as s
    set incarnation = i.now, drain_number = s.drain_number + case when s.incarnation is null then 0 else 10000000000 end
    from analytics.incarnation() as i (now)
    where s.incarnation is distinct from i.now;

    drain.staged_changes := 0;
    drain.keys := 0;
    drain.set_aside := 0;
    drain.keys_by := '{}';
    -- Nobody else takes rows off the queue or moves them while we hold the lock, so they are still there below.
    batches := jsonb_build_array(to_jsonb(analytics.next_batch(max_rows, max_users, changed_since)::text[]));
    while jsonb_array_length(batches) > 0 loop
        batch := array(select b.id::tid from jsonb_array_elements_text(batches -> 0) as b (id));
        batches := batches - 0;
        continue when cardinality(batch) = 0;
        begin
            select * into done from analytics.recompute(batch);
            drain.staged_changes := drain.staged_changes + done.staged_changes;
            drain.keys := drain.keys + done.keys;
            drain.drain_number := done.drain_number;
            drain.keys_by := (
                select coalesce(jsonb_object_agg(x.key, x.keys), '{}')
                from (select k.key, sum(k.value::bigint) as keys
                      from (select * from jsonb_each_text(drain.keys_by)
                            union all
                            select * from jsonb_each_text(done.keys_by)) as k
                      group by k.key) as x);
        exception
            -- What a row can do wrong. Anything else (locks, time, space, a broken definition) is no row's fault and
            -- ends the drain: nothing is taken off the queue.
            when cardinality_violation or data_exception or integrity_constraint_violation or raise_exception
                 or external_routine_exception then
                if cardinality(batch) > 1 then
                    half := cardinality(batch) / 2;
                    batches := jsonb_build_array(to_jsonb(batch[:half]::text[]), to_jsonb(batch[half + 1:]::text[])) || batches;
                else
                    get stacked diagnostics fault = message_text;
                    fault := fault || ' (' || sqlstate || ')';
                    perform analytics.set_aside(batch[1], fault);
                    drain.set_aside := drain.set_aside + 1;
                end if;
        end;
    end loop;

    if drain.set_aside > 0 then
        insert into analytics.refresh_runs (kind, outcome, started_at, ended_at, staged_changes, error)
        values ('INCREMENTAL', 'FAILED', statement_timestamp(), clock_timestamp(), drain.set_aside,
                format('%s staged changes set aside, to be tried again: %s', drain.set_aside, fault));
    end if;
    if drain.drain_number is not null then
        perform analytics.analyze_deltas();
        -- The number alone: whoever listens reads refresh_events for what it missed.
        perform pg_notify('analytics_refreshed', drain.drain_number::text);
    end if;
    return next;
end
$drain$;

comment on function analytics.drain is
    'Drains at most max_rows staged changes and max_users whole users in one transaction; with changed_since only changes '
    'written since. Changes whose recomputation raises are set aside. No row: another node drains, or the mode is not '
    'Incremental. A row with 0: nothing was due. keys_by: aggregate to rows recomputed.';

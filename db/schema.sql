-- Written by DbSchemaTests from db/migrations and db/definitions; never edited by hand.
CREATE SCHEMA analytics;

COMMENT ON SCHEMA analytics IS 'Workout aggregates and the engine that keeps them: read the views that end in _current.';

CREATE SCHEMA core;

CREATE TYPE analytics.session_totals AS (
	user_id uuid,
	week_start date,
	distance_m numeric,
	duration_s bigint,
	total_volume_kg numeric,
	set_count integer,
	rpe_sum numeric,
	rpe_count integer,
	exercise_ids uuid[]
);

COMMENT ON TYPE analytics.session_totals IS 'Of a row of session_summary, what its week sums.';

CREATE FUNCTION analytics.analyze_deltas() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
$$;

COMMENT ON FUNCTION analytics.analyze_deltas() IS 'Analyzes each delta that has grown to a multiple of what the planner believes. Called by analytics.drain, whose own changes count from the next drain on.';

CREATE FUNCTION analytics.beats(value numeric, reached_at timestamp with time zone, session_id uuid, record numeric, record_at timestamp with time zone, record_session_id uuid) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((value IS NOT NULL) AND ((record IS NULL) OR (value > record) OR ((value = record) AND (ROW(reached_at, session_id) < ROW(record_at, record_session_id)))));

COMMENT ON FUNCTION analytics.beats(value numeric, reached_at timestamp with time zone, session_id uuid, record numeric, record_at timestamp with time zone, record_session_id uuid) IS 'Whether a value takes a record, in the order that personal_records_live chooses by; false without a value.';

CREATE FUNCTION analytics.complete_until() RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if pg_is_in_recovery() then
        return (select least(h.beat_at, transaction_timestamp()) from analytics.heartbeat as h);
    end if;
    return transaction_timestamp();
end
$$;

COMMENT ON FUNCTION analytics.complete_until() IS 'Every change committed before this instant is in the caller''s snapshot: the transaction''s time, on a replica no later than the latest heartbeat that has been replayed.';

CREATE FUNCTION analytics.counted_freshness(user_ids uuid[], source text, aggregate text) RETURNS TABLE(user_id uuid, as_of timestamp with time zone, last_refresh_at timestamp with time zone, pending_changes integer, lag_s double precision, verified_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    queue_limit constant int := 1000;
    hint_limit constant int := 10000;
    incremental timestamptz;
    stamp timestamptz;
    verified timestamptz;
    staged int;
    -- On the primary the transaction's time, which costs nothing to know; a replica looks it up.
    complete timestamptz := transaction_timestamp();
    replica_lag_s float8 := 0;
begin
    if pg_is_in_recovery() then
        select least(h.beat_at, complete) into complete from analytics.heartbeat as h;
        replica_lag_s := extract(epoch from transaction_timestamp() - complete);
    end if;
    if source = 'LIVE' then
        return query
        select u, complete, complete, 0, replica_lag_s, null::timestamptz
        from (select distinct unnest(user_ids)) as x (u);
        return;
    end if;

    select s.last_incremental_at, a.stamp, a.verified,
           (select count(*) from (
                select from analytics.staging_changes as c order by c.changed_at limit queue_limit + 1) as c)
    into incremental, stamp, verified, staged
    from analytics.refresh_state as s
    cross join lateral (
        select (s.stamps ->> aggregate)::timestamptz as stamp, (s.verified ->> aggregate)::timestamptz as verified
        where aggregate is not null
        union all
        select min((s.stamps ->> a.name)::timestamptz),
               case when bool_and(s.verified ? a.name) then min((s.verified ->> a.name)::timestamptz) end
        from analytics.aggregates as a
        having aggregate is null
    ) as a;

    -- Most queues are empty or short, and most answers are from the current views: statements of their own, for one that has
    -- all that is asked below takes longer to begin than these to end.
    if staged = 0 and source <> 'MATVIEW' then
        return query
        select u, complete, greatest(stamp, incremental), 0, replica_lag_s, verified
        from (select distinct unnest(user_ids)) as x (u);
        return;
    end if;
    if staged <= queue_limit and source <> 'MATVIEW' then
        return query
        select a.user_id, least(complete, q.oldest), greatest(stamp, incremental), coalesce(q.rows, 0)::int,
               greatest(extract(epoch from transaction_timestamp() - q.oldest)::float8, replica_lag_s), verified
        from (select distinct unnest(user_ids) as user_id) as a
        left join analytics.queue_of(user_ids) as q on q.user_id = a.user_id;
        return;
    end if;

    return query
    with asked as materialized (select distinct unnest(user_ids) as user_id),
    pending as (
        -- A small queue is looked at whole.
        select q.user_id, q.rows, q.oldest from analytics.queue_of(user_ids) as q where staged <= queue_limit
        union all
        -- A large one is asked for the hints, by index.
        select a.user_id, h.rows, h.oldest
        from asked as a
        cross join lateral (
            select count(*) as rows, min(x.changed_at) as oldest
            -- A range of one user, so that the order needs both columns: a plan made while the queue is empty would
            -- otherwise go through everyone's rows by time, and a session keeps it when they are many.
            from (select c.changed_at from analytics.staging_changes as c
                  where c.user_id between a.user_id and a.user_id
                  order by c.user_id, c.changed_at limit hint_limit) as x
        ) as h
        where staged > queue_limit and h.rows > 0
        union all
        select a.user_id, 1, o.oldest
        from asked as a
        cross join (
            select c.changed_at as oldest from analytics.staging_changes as c order by c.changed_at limit 1
        ) as o
        where staged > queue_limit
        union all
        -- Rows for everyone.
        select a.user_id, e.rows, e.oldest
        from asked as a
        cross join (
            select count(*) as rows, min(c.changed_at) as oldest
            from analytics.staging_changes as c where c.session_id is null and c.user_id is null
        ) as e
        where staged > queue_limit and e.rows > 0
        union all
        -- What earlier drains folded in is missing from the matviews.
        select a.user_id, d.rows, d.oldest
        from asked as a
        cross join lateral (
            select count(*) as rows, min(x.refreshed_at) as oldest from (
                select d.refreshed_at from analytics.session_summary_delta as d where d.user_id = a.user_id union all
                select d.refreshed_at from analytics.personal_records_delta as d where d.user_id = a.user_id union all
                select d.refreshed_at from analytics.weekly_aggregates_delta as d where d.user_id = a.user_id union all
                select null::timestamptz as refreshed_at where false
            ) as x
        ) as d
        where source = 'MATVIEW' and d.rows > 0
    ),
    totals as (
        select p.user_id, least(sum(p.rows), 2147483647)::int as rows, min(p.oldest) as oldest
        from pending as p group by p.user_id
    )
    select a.user_id,
           case when source = 'MATVIEW' then least(stamp, t.oldest, complete)
                else least(complete, t.oldest)
           end,
           case when source = 'MATVIEW' then stamp else greatest(stamp, incremental) end,
           coalesce(t.rows, 0),
           greatest(extract(epoch from transaction_timestamp() - t.oldest)::float8, replica_lag_s),
           verified
    from asked as a
    left join totals as t on t.user_id = a.user_id;
end
$$;

COMMENT ON FUNCTION analytics.counted_freshness(user_ids uuid[], source text, aggregate text) IS 'As analytics.freshness, which asks it where something may be pending.';

CREATE FUNCTION analytics.drain(max_rows integer, max_users integer, changed_since timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS TABLE(staged_changes bigint, keys bigint, drain_number bigint, set_aside bigint, keys_by jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
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
$$;

COMMENT ON FUNCTION analytics.drain(max_rows integer, max_users integer, changed_since timestamp with time zone) IS 'Drains at most max_rows staged changes and max_users whole users in one transaction; with changed_since only changes written since. Changes whose recomputation raises are set aside. No row: another node drains, or the mode is not Incremental. A row with 0: nothing was due. keys_by: aggregate to rows recomputed.';

CREATE FUNCTION analytics.end_folding() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    -- A purge uncovers rows of the matviews that no drain since could see.
    perform analytics.stage_again();
    update analytics.refresh_state set folded_generation = generation, folding_from = null;
end
$$;

COMMENT ON FUNCTION analytics.end_folding() IS 'Ends the present full refresh. Called under the drain''s lock, in the transaction that purges the deltas or by a drain.';

CREATE FUNCTION analytics.freshness(user_ids uuid[], source text, aggregate text DEFAULT NULL::text) RETURNS TABLE(user_id uuid, as_of timestamp with time zone, last_refresh_at timestamp with time zone, pending_changes integer, lag_s double precision, verified_at timestamp with time zone)
    LANGUAGE sql STABLE ROWS 50
    AS $$
    with queue as materialized (
        select q.last_incremental_at,
               case when aggregate is null then q.oldest_stamp else (q.stamps ->> aggregate)::timestamptz end as stamp,
               case when aggregate is null then q.oldest_verified else (q.verified ->> aggregate)::timestamptz end as verified
        from analytics.queue_state as q
        where source = 'INCREMENTAL' and q.is_settled
    )
    select u.user_id, transaction_timestamp(), greatest(q.stamp, q.last_incremental_at), 0, 0::float8, q.verified
    from queue as q cross join (select distinct unnest(user_ids) as user_id) as u
    union all
    select f.user_id, f.as_of, f.last_refresh_at, f.pending_changes, f.lag_s, f.verified_at
    from analytics.counted_freshness(user_ids, source, aggregate) as f
    where not exists (select from queue as q)
$$;

COMMENT ON FUNCTION analytics.freshness(user_ids uuid[], source text, aggregate text) IS 'How fresh an answer read in the same statement is, per user. source: INCREMENTAL (*_current), MATVIEW or LIVE; aggregate: whose stamp counts, null for the oldest of all.';

CREATE FUNCTION analytics.full_refresh_runs() RETURNS boolean
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select exists (
        select from pg_locks as l
        join pg_database as d on d.oid = l.database and d.datname = current_database()
        where l.locktype = 'advisory' and l.granted and l.objsubid = 1
          and (l.classid::bigint << 32 | l.objid::bigint) = analytics.lock_id('full-refresh'))
$$;

COMMENT ON FUNCTION analytics.full_refresh_runs() IS 'Whether somebody holds the lock ''full-refresh''. Asked under the drain''s lock: nobody begins or ends one meanwhile.';

CREATE FUNCTION analytics.give_up_full_refresh() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    update analytics.refresh_runs
    set outcome = 'FAILED', ended_at = clock_timestamp(), error = 'Ended before it was done; a later run does its work.'
    where kind = 'FULL' and outcome = 'RUNNING';
    if exists (select from analytics.refresh_state as s where s.generation <> s.folded_generation) then
        perform analytics.end_folding();
    end if;
end
$$;

COMMENT ON FUNCTION analytics.give_up_full_refresh() IS 'Ends what a full refresh that died left. Called under the drain''s lock, by whoever has seen that the lock ''full-refresh'' is held by nobody else.';

CREATE FUNCTION analytics.incarnation() RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    timeline text;
begin
    begin
        timeline := left(pg_walfile_name(pg_current_wal_lsn()), 8);
    exception
        -- Managed services do not all tell.
        when feature_not_supported or object_not_in_prerequisite_state or insufficient_privilege or undefined_function then
            timeline := '-';
    end;
    return concat_ws('/', timeline, (select d.oid from pg_database as d where d.datname = current_database()),
                     pg_relation_filenode('analytics.refresh_events'));
end
$$;

COMMENT ON FUNCTION analytics.incarnation() IS 'A text that another database, a restored one or a promoted standby does not have; asked on the primary.';

CREATE FUNCTION analytics.indexable(amount numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (scale(amount) > 100) THEN round(amount, 100) ELSE amount END;

COMMENT ON FUNCTION analytics.indexable(amount numeric) IS 'The amount, rounded to 100 decimals where it has more.';

CREATE FUNCTION analytics.lock_id(purpose text) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE purpose WHEN 'drain'::text THEN '4702110001'::bigint WHEN 'full-refresh'::text THEN '4702110002'::bigint ELSE NULL::bigint END;

COMMENT ON FUNCTION analytics.lock_id(purpose text) IS 'Key of an advisory lock: drain or full-refresh.';

CREATE FUNCTION analytics.measured(amount numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (abs(amount) < '10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric) THEN amount ELSE NULL::numeric END;

COMMENT ON FUNCTION analytics.measured(amount numeric) IS 'The amount, or null when it is NaN, infinite or beyond 1e100.';

CREATE FUNCTION analytics.monday_of(day date) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN isfinite(day) THEN (day - ((EXTRACT(isodow FROM day))::integer - 1)) ELSE day END;

COMMENT ON FUNCTION analytics.monday_of(day date) IS 'The Monday of the ISO week that a day belongs to; an infinite day is itself.';

CREATE FUNCTION analytics.next_batch(max_rows integer, max_users integer, changed_since timestamp with time zone) RETURNS tid[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
begin
    return array(
        -- Not materialized: each of the three walks an index as far as its limit.
        with due as not materialized (
            select n.ctid as id, n.changed_at, n.session_id, n.user_id, n.week
            from analytics.staging_changes as n
            where n.retry_at is null or n.retry_at <= statement_timestamp()
        ),
        rows as not materialized (
            select d.id, d.changed_at from due as d
            where (d.session_id is not null or (d.user_id is not null and d.week is not null))
              and (changed_since is null or d.changed_at >= changed_since)
        )
        -- The oldest, so that everything gets its turn.
        (select r.id from rows as r order by r.changed_at limit max_rows - max_rows / 4)
        union
        -- The newest, so that whoever trains just now does not wait for a bulk load to be worked off.
        (select r.id from rows as r order by r.changed_at desc limit max_rows / 4)
        union
        -- Whole users are taken a few at a time: each may stand for thousands of keys.
        (select d.id from due as d
         where d.session_id is null and d.week is null and d.user_id is not null
         order by d.changed_at
         limit max_users)
    );
end
$$;

COMMENT ON FUNCTION analytics.next_batch(max_rows integer, max_users integer, changed_since timestamp with time zone) IS 'The staged changes that a drain takes: three parts of the oldest and one of the newest, and a few whole users; none that is set aside for later.';

CREATE FUNCTION analytics.pending_changes(user_ids uuid[]) RETURNS TABLE(user_id uuid, session_id uuid, week date, exercise_id uuid, read_live boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
#variable_conflict use_column
declare
    queue_limit constant int := 1000;
    user_limit constant int := 500;
    staged int;
begin
    select count(*) into staged
    from (select from analytics.staging_changes as c order by c.changed_at limit queue_limit + 1) as c;
    if staged = 0 then
        return;
    end if;
    if staged > queue_limit then
        return query select u, null::uuid, null::date, null::uuid, true from (select distinct unnest(user_ids)) as x (u);
        return;
    end if;
    return query
    with theirs as materialized (
        select c.user_id, c.session_id, analytics.monday_of(c.week) as week, c.exercise_id, s.user_id as owner_id
        from analytics.staging_changes as c
        left join core.sessions as s on s.session_id = c.session_id
        -- Rows of deleted sessions know no user: whoever had the session is found by it.
        where c.user_id is null or c.user_id = any (user_ids) or s.user_id = any (user_ids)
    ),
    whole as materialized (
        select u.id from (select distinct unnest(user_ids)) as u (id)
        where exists (select from theirs as t where t.session_id is null and t.user_id is null)
           or exists (select from theirs as t where t.user_id = u.id and t.session_id is null and t.week is null)
           or (select count(*) from theirs as t where u.id in (t.user_id, t.owner_id)) > user_limit
    )
    select t.user_id, t.session_id, t.week, t.exercise_id, false
    from theirs as t
    where t.session_id is not null or t.week is not null
    union all
    select w.id, null, null, null, true from whole as w;
end
$$;

COMMENT ON FUNCTION analytics.pending_changes(user_ids uuid[]) IS 'The staged changes that concern the given users, as they were staged; read_live: too many, or all of the user.';

CREATE FUNCTION analytics.personal_records_narrow(session_ids uuid[], all_sessions boolean) RETURNS TABLE(user_id uuid, exercise_id uuid, max_weight_kg numeric, max_weight_session_id uuid, max_weight_at timestamp with time zone, best_e1rm_kg numeric, best_e1rm_session_id uuid, best_e1rm_at timestamp with time zone, best_set_volume_kg numeric, best_set_volume_session_id uuid, best_set_volume_at timestamp with time zone, max_distance_m numeric, max_distance_session_id uuid, max_distance_at timestamp with time zone)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select
        b.user_id,
        b.exercise_id,
        b.max_weight_kg,
        b.max_weight_session_id,
        (select s.started_at from analytics.session_starts_live as s where s.session_id = b.max_weight_session_id) as max_weight_at,
        b.best_e1rm_kg,
        b.best_e1rm_session_id,
        (select s.started_at from analytics.session_starts_live as s where s.session_id = b.best_e1rm_session_id) as best_e1rm_at,
        b.best_set_volume_kg,
        b.best_set_volume_session_id,
        (select s.started_at from analytics.session_starts_live as s where s.session_id = b.best_set_volume_session_id) as best_set_volume_at,
        b.max_distance_m,
        b.max_distance_session_id,
        (select s.started_at from analytics.session_starts_live as s where s.session_id = b.max_distance_session_id) as max_distance_at
    from (
        select
            r.user_id,
            r.exercise_id,
            max(r.weight_kg) as max_weight_kg,
            (array_agg(r.session_id order by r.weight_kg desc, r.started_at, r.session_id)
                filter (where r.weight_kg is not null))[1] as max_weight_session_id,
            max(r.e1rm_kg) as best_e1rm_kg,
            (array_agg(r.session_id order by r.e1rm_kg desc, r.started_at, r.session_id)
                filter (where r.e1rm_kg is not null))[1] as best_e1rm_session_id,
            max(r.set_volume_kg) as best_set_volume_kg,
            (array_agg(r.session_id order by r.set_volume_kg desc, r.started_at, r.session_id)
                filter (where r.set_volume_kg is not null))[1] as best_set_volume_session_id,
            max(r.distance_m) as max_distance_m,
            (array_agg(r.session_id order by r.distance_m desc, r.started_at, r.session_id)
                filter (where r.distance_m is not null))[1] as max_distance_session_id
        from analytics.session_records_live as r
        where all_sessions or r.session_id = any (session_ids)
        group by r.user_id, r.exercise_id
    ) as b
$$;

COMMENT ON FUNCTION analytics.personal_records_narrow(session_ids uuid[], all_sessions boolean) IS 'Columns as personal_records_live, but chosen from the given sessions alone, or from all.';

CREATE FUNCTION analytics.personal_records_pending(user_ids uuid[]) RETURNS TABLE(user_id uuid, exercise_id uuid, max_weight_kg numeric, max_weight_session_id uuid, max_weight_at timestamp with time zone, best_e1rm_kg numeric, best_e1rm_session_id uuid, best_e1rm_at timestamp with time zone, best_set_volume_kg numeric, best_set_volume_session_id uuid, best_set_volume_at timestamp with time zone, max_distance_m numeric, max_distance_session_id uuid, max_distance_at timestamp with time zone, deleted boolean, refreshed_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
#variable_conflict use_column
begin
    return query
    with state as materialized (
        select s.generation <> s.folded_generation as folding from analytics.refresh_state as s
    ),
    asked as materialized (
        select p.user_id, p.session_id, p.week, p.exercise_id, p.read_live from analytics.pending_changes(user_ids) as p
    ),
    staged as materialized (
        select distinct a.user_id, a.session_id, a.week, a.exercise_id from asked as a where not a.read_live
    ),
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
    whole_users as (
        select null::uuid as user_id where false
    ),
    touched_records as materialized (
        select c.user_id, c.exercise_id, c.session_id
        from (
            select distinct c.user_id, c.session_id, c.exercise_id from changes as c where c.exercise_id is not null
            union all
            -- The session itself changed: every exercise that it has, or had when it was last folded in.
            select c.user_id, c.session_id, x.exercise_id
            from (select distinct c.user_id, c.session_id from changes as c where c.exercise_id is null) as c
            cross join lateral (
                select t.exercise_id from core.sets as t where t.session_id = c.session_id
                union
                select e.id from analytics.session_summary_delta as d cross join unnest(d.exercise_ids) as e (id)
                where d.user_id = c.user_id and d.session_id = c.session_id
                union
                select e.id from analytics.session_summary as m cross join unnest(m.exercise_ids) as e (id)
                where m.user_id = c.user_id and m.session_id = c.session_id
                union
                -- Whatever names it, or names nobody. A record may have been recomputed for another session's
                -- sake, and found this one before it was ever folded in for that user; when it has left, nothing
                -- else leads from it to that record.
                select n.exercise_id from analytics.personal_records_current as n
                where n.user_id = c.user_id
                  and (c.session_id in (n.max_weight_session_id, n.best_e1rm_session_id,
                                        n.best_set_volume_session_id, n.max_distance_session_id)
                       or num_nonnulls(n.max_weight_session_id, n.max_distance_session_id) = 0)
                offset 0
            ) as x
        ) as c
        cross join state
        left join lateral (
            select r.* from analytics.personal_records_current as r
            where r.user_id = c.user_id and r.exercise_id = c.exercise_id
            offset 0
        ) as r on true
        left join lateral (
            select v.* from analytics.session_records_live as v
            where v.session_id = c.session_id and v.user_id = c.user_id and v.exercise_id = c.exercise_id
            offset 0
        ) as v on true
        -- Most sets set no record. One can only change where the session holds it or reaches it now, a row only
        -- begin with a first set and only end where nobody holds anything: otherwise it is as it would be
        -- recomputed, apart from changes that are still staged (docs/adr/0014). While a full refresh runs this is
        -- not so, because the rows that the session was compared with may give way to older ones.
        where c.session_id is not null
          and (state.folding
               or c.session_id in (r.max_weight_session_id, r.best_e1rm_session_id,
                                   r.best_set_volume_session_id, r.max_distance_session_id)
               or (v.user_id is not null and r.user_id is null)
               or (v.user_id is null and r.user_id is not null
                   and num_nonnulls(r.max_weight_session_id, r.max_distance_session_id) = 0)
               or analytics.beats(v.weight_kg, v.started_at, v.session_id,
                                  r.max_weight_kg, r.max_weight_at, r.max_weight_session_id)
               or analytics.beats(v.e1rm_kg, v.started_at, v.session_id,
                                  r.best_e1rm_kg, r.best_e1rm_at, r.best_e1rm_session_id)
               or analytics.beats(v.set_volume_kg, v.started_at, v.session_id,
                                  r.best_set_volume_kg, r.best_set_volume_at, r.best_set_volume_session_id)
               or analytics.beats(v.distance_m, v.started_at, v.session_id,
                                  r.max_distance_m, r.max_distance_at, r.max_distance_session_id))
    ),
    personal_records_keys as materialized (
        select distinct k.user_id, k.exercise_id from (
            select t.user_id, t.exercise_id from touched_records as t
            union all
            select u.user_id, u.exercise_id
            from whole_users as w
            cross join lateral (
                select v.user_id, v.exercise_id from analytics.personal_records_live as v where v.user_id = w.user_id
                union
                select m.user_id, m.exercise_id from analytics.personal_records as m where m.user_id = w.user_id
                union
                select d.user_id, d.exercise_id from analytics.personal_records_delta as d where d.user_id = w.user_id
                offset 0
            ) as u
        ) as k
    )
    select k.user_id, k.exercise_id, coalesce(n.max_weight_kg, v.max_weight_kg), coalesce(n.max_weight_session_id, v.max_weight_session_id), coalesce(n.max_weight_at, v.max_weight_at), coalesce(n.best_e1rm_kg, v.best_e1rm_kg), coalesce(n.best_e1rm_session_id, v.best_e1rm_session_id), coalesce(n.best_e1rm_at, v.best_e1rm_at), coalesce(n.best_set_volume_kg, v.best_set_volume_kg), coalesce(n.best_set_volume_session_id, v.best_set_volume_session_id), coalesce(n.best_set_volume_at, v.best_set_volume_at), coalesce(n.max_distance_m, v.max_distance_m), coalesce(n.max_distance_session_id, v.max_distance_session_id), coalesce(n.max_distance_at, v.max_distance_at), n.user_id is null and v.user_id is null, transaction_timestamp()
    from personal_records_keys as k
        left join (
            select n.*
            from (
                select t.user_id, t.exercise_id, array_agg(t.session_id) as session_ids
                from touched_records as t
                where not exists (select from whole_users as w where w.user_id = t.user_id)
                group by t.user_id, t.exercise_id
            ) as t
            cross join state
            left join lateral (
                select r.* from analytics.personal_records_current as r
                where r.user_id = t.user_id and r.exercise_id = t.exercise_id
                offset 0
            ) as r on true
            cross join lateral (
                select a.* from analytics.personal_records_narrow(t.session_ids || array[
                    r.max_weight_session_id, r.best_e1rm_session_id,
                    r.best_set_volume_session_id, r.max_distance_session_id], false) as a
                -- Not '=': by the user the planner would go through all of their sessions, and these few are found by id.
                where a.user_id is not distinct from t.user_id and a.exercise_id = t.exercise_id
                offset 0
            ) as n
            where not state.folding
              and not analytics.beats(r.max_weight_kg, r.max_weight_at, r.max_weight_session_id,
                                      n.max_weight_kg, n.max_weight_at, n.max_weight_session_id)
              and not analytics.beats(r.best_e1rm_kg, r.best_e1rm_at, r.best_e1rm_session_id,
                                      n.best_e1rm_kg, n.best_e1rm_at, n.best_e1rm_session_id)
              and not analytics.beats(r.best_set_volume_kg, r.best_set_volume_at, r.best_set_volume_session_id,
                                      n.best_set_volume_kg, n.best_set_volume_at, n.best_set_volume_session_id)
              and not analytics.beats(r.max_distance_m, r.max_distance_at, r.max_distance_session_id,
                                      n.max_distance_m, n.max_distance_at, n.max_distance_session_id)
        ) as n on n.user_id = k.user_id and n.exercise_id = k.exercise_id
        left join lateral (
            select v.user_id, v.exercise_id, v.max_weight_kg, v.max_weight_session_id, v.max_weight_at, v.best_e1rm_kg, v.best_e1rm_session_id, v.best_e1rm_at, v.best_set_volume_kg, v.best_set_volume_session_id, v.best_set_volume_at, v.max_distance_m, v.max_distance_session_id, v.max_distance_at
            from analytics.personal_records_live as v
            where v.user_id = k.user_id and v.exercise_id = k.exercise_id and n.user_id is null
            offset 0
        ) as v on true
    where k.user_id = any (user_ids)
      and not exists (select from asked as a where a.read_live and a.user_id = k.user_id)
    union all
    select a.user_id, null::uuid, null::numeric, null::uuid, null::timestamp with time zone, null::numeric, null::uuid, null::timestamp with time zone, null::numeric, null::uuid, null::timestamp with time zone, null::numeric, null::uuid, null::timestamp with time zone, false, null
    from asked as a
    where a.read_live;
end
$$;

COMMENT ON FUNCTION analytics.personal_records_pending(user_ids uuid[]) IS 'Rows of personal_records that are pending for the given users, recomputed in the snapshot of the statement that calls it; deleted rows hide those of personal_records_current. A row with a null key: read that user live.';

CREATE FUNCTION analytics.queue_of(user_ids uuid[]) RETURNS TABLE(user_id uuid, rows bigint, oldest timestamp with time zone)
    LANGUAGE sql STABLE
    AS $$
    select o.user_id, count(*) as rows, min(c.changed_at) as oldest
    from analytics.staging_changes as c
    cross join lateral (
        -- The owner where the row hints somebody else or nobody; the hint counts besides.
        select s.user_id from core.sessions as s where s.session_id = c.session_id and s.user_id is distinct from c.user_id
        union all
        select c.user_id
        union all
        -- For everyone.
        select u from (select distinct unnest(user_ids) as u) as everyone where c.session_id is null and c.user_id is null
    ) as o
    where o.user_id = any (user_ids)
    group by o.user_id
$$;

COMMENT ON FUNCTION analytics.queue_of(user_ids uuid[]) IS 'Staged changes that hint each of the users, whose session is now theirs, or that are for everyone. Only those who have any.';

CREATE FUNCTION analytics.read_versions(user_ids uuid[], groups integer[]) RETURNS TABLE(grp integer, version text, mode text, pending_changes bigint, drain_number bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
$$;

COMMENT ON FUNCTION analytics.read_versions(user_ids uuid[], groups integer[]) IS 'For each group of users a text that differs whenever an answer about them read from the current views might; no row while it cannot be told. pending_changes: of all users of the group; drain_number: of the latest drain, whoever it was about.';

CREATE FUNCTION analytics.recompute(batch tid[], OUT staged_changes bigint, OUT keys bigint, OUT drain_number bigint, OUT keys_by jsonb) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
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
    session_summary_keys as materialized (
        select distinct k.user_id, k.session_id from (
            select c.user_id, c.session_id from changes as c where c.session_id is not null
            union all
            select u.user_id, u.session_id
            from whole_users as w
            cross join lateral (
                select v.user_id, v.session_id from analytics.session_summary_live as v where v.user_id = w.user_id
                union
                select m.user_id, m.session_id from analytics.session_summary as m where m.user_id = w.user_id
                union
                select d.user_id, d.session_id from analytics.session_summary_delta as d where d.user_id = w.user_id
                offset 0
            ) as u
        ) as k
    ),
    session_summary_rows as (
        insert into analytics.session_summary_delta as t
            (user_id, session_id, activity_type, title, started_at, ended_at, week_start, duration_s, distance_m, total_volume_kg, avg_rpe, set_count, exercise_count, rpe_sum, rpe_count, exercise_ids, deleted, generation, refreshed_at)
        select k.user_id, k.session_id, coalesce(n.activity_type, v.activity_type), coalesce(n.title, v.title), coalesce(n.started_at, v.started_at), coalesce(n.ended_at, v.ended_at), coalesce(n.week_start, v.week_start), coalesce(n.duration_s, v.duration_s), coalesce(n.distance_m, v.distance_m), coalesce(n.total_volume_kg, v.total_volume_kg), coalesce(n.avg_rpe, v.avg_rpe), coalesce(n.set_count, v.set_count), coalesce(n.exercise_count, v.exercise_count), coalesce(n.rpe_sum, v.rpe_sum), coalesce(n.rpe_count, v.rpe_count), coalesce(n.exercise_ids, v.exercise_ids), n.user_id is null and v.user_id is null, state.generation, statement_timestamp()
        from session_summary_keys as k
        cross join state
        left join (
            select (s.summary).* from summaries as s
        ) as n on n.user_id = k.user_id and n.session_id = k.session_id
        left join lateral (
            select v.user_id, v.session_id, v.activity_type, v.title, v.started_at, v.ended_at, v.week_start, v.duration_s, v.distance_m, v.total_volume_kg, v.avg_rpe, v.set_count, v.exercise_count, v.rpe_sum, v.rpe_count, v.exercise_ids
            from analytics.session_summary_live as v
            where v.user_id = k.user_id and v.session_id = k.session_id and n.user_id is null
            offset 0
        ) as v on true
        on conflict (user_id, session_id) do update set
            (activity_type, title, started_at, ended_at, week_start, duration_s, distance_m, total_volume_kg, avg_rpe, set_count, exercise_count, rpe_sum, rpe_count, exercise_ids, deleted, generation, refreshed_at)
            = (excluded.activity_type, excluded.title, excluded.started_at, excluded.ended_at, excluded.week_start, excluded.duration_s, excluded.distance_m, excluded.total_volume_kg, excluded.avg_rpe, excluded.set_count, excluded.exercise_count, excluded.rpe_sum, excluded.rpe_count, excluded.exercise_ids, excluded.deleted, excluded.generation, excluded.refreshed_at)
        returning 1
    ),
    touched_records as materialized (
        select c.user_id, c.exercise_id, c.session_id
        from (
            select distinct c.user_id, c.session_id, c.exercise_id from changes as c where c.exercise_id is not null
            union all
            -- The session itself changed: every exercise that it has, or had when it was last folded in.
            select c.user_id, c.session_id, x.exercise_id
            from (select distinct c.user_id, c.session_id from changes as c where c.exercise_id is null) as c
            cross join lateral (
                select t.exercise_id from core.sets as t where t.session_id = c.session_id
                union
                select e.id from analytics.session_summary_delta as d cross join unnest(d.exercise_ids) as e (id)
                where d.user_id = c.user_id and d.session_id = c.session_id
                union
                select e.id from analytics.session_summary as m cross join unnest(m.exercise_ids) as e (id)
                where m.user_id = c.user_id and m.session_id = c.session_id
                union
                -- Whatever names it, or names nobody. A record may have been recomputed for another session's
                -- sake, and found this one before it was ever folded in for that user; when it has left, nothing
                -- else leads from it to that record.
                select n.exercise_id from analytics.personal_records_current as n
                where n.user_id = c.user_id
                  and (c.session_id in (n.max_weight_session_id, n.best_e1rm_session_id,
                                        n.best_set_volume_session_id, n.max_distance_session_id)
                       or num_nonnulls(n.max_weight_session_id, n.max_distance_session_id) = 0)
                offset 0
            ) as x
        ) as c
        cross join state
        left join lateral (
            select r.* from analytics.personal_records_current as r
            where r.user_id = c.user_id and r.exercise_id = c.exercise_id
            offset 0
        ) as r on true
        left join lateral (
            select v.* from analytics.session_records_live as v
            where v.session_id = c.session_id and v.user_id = c.user_id and v.exercise_id = c.exercise_id
            offset 0
        ) as v on true
        -- Most sets set no record. One can only change where the session holds it or reaches it now, a row only
        -- begin with a first set and only end where nobody holds anything: otherwise it is as it would be
        -- recomputed, apart from changes that are still staged (docs/adr/0014). While a full refresh runs this is
        -- not so, because the rows that the session was compared with may give way to older ones.
        where c.session_id is not null
          and (state.folding
               or c.session_id in (r.max_weight_session_id, r.best_e1rm_session_id,
                                   r.best_set_volume_session_id, r.max_distance_session_id)
               or (v.user_id is not null and r.user_id is null)
               or (v.user_id is null and r.user_id is not null
                   and num_nonnulls(r.max_weight_session_id, r.max_distance_session_id) = 0)
               or analytics.beats(v.weight_kg, v.started_at, v.session_id,
                                  r.max_weight_kg, r.max_weight_at, r.max_weight_session_id)
               or analytics.beats(v.e1rm_kg, v.started_at, v.session_id,
                                  r.best_e1rm_kg, r.best_e1rm_at, r.best_e1rm_session_id)
               or analytics.beats(v.set_volume_kg, v.started_at, v.session_id,
                                  r.best_set_volume_kg, r.best_set_volume_at, r.best_set_volume_session_id)
               or analytics.beats(v.distance_m, v.started_at, v.session_id,
                                  r.max_distance_m, r.max_distance_at, r.max_distance_session_id))
    ),
    personal_records_keys as materialized (
        select distinct k.user_id, k.exercise_id from (
            select t.user_id, t.exercise_id from touched_records as t
            union all
            select u.user_id, u.exercise_id
            from whole_users as w
            cross join lateral (
                select v.user_id, v.exercise_id from analytics.personal_records_live as v where v.user_id = w.user_id
                union
                select m.user_id, m.exercise_id from analytics.personal_records as m where m.user_id = w.user_id
                union
                select d.user_id, d.exercise_id from analytics.personal_records_delta as d where d.user_id = w.user_id
                offset 0
            ) as u
        ) as k
    ),
    personal_records_rows as (
        insert into analytics.personal_records_delta as t
            (user_id, exercise_id, max_weight_kg, max_weight_session_id, max_weight_at, best_e1rm_kg, best_e1rm_session_id, best_e1rm_at, best_set_volume_kg, best_set_volume_session_id, best_set_volume_at, max_distance_m, max_distance_session_id, max_distance_at, deleted, generation, refreshed_at)
        select k.user_id, k.exercise_id, coalesce(n.max_weight_kg, v.max_weight_kg), coalesce(n.max_weight_session_id, v.max_weight_session_id), coalesce(n.max_weight_at, v.max_weight_at), coalesce(n.best_e1rm_kg, v.best_e1rm_kg), coalesce(n.best_e1rm_session_id, v.best_e1rm_session_id), coalesce(n.best_e1rm_at, v.best_e1rm_at), coalesce(n.best_set_volume_kg, v.best_set_volume_kg), coalesce(n.best_set_volume_session_id, v.best_set_volume_session_id), coalesce(n.best_set_volume_at, v.best_set_volume_at), coalesce(n.max_distance_m, v.max_distance_m), coalesce(n.max_distance_session_id, v.max_distance_session_id), coalesce(n.max_distance_at, v.max_distance_at), n.user_id is null and v.user_id is null, state.generation, statement_timestamp()
        from personal_records_keys as k
        cross join state
        left join (
            select n.*
            from (
                select t.user_id, t.exercise_id, array_agg(t.session_id) as session_ids
                from touched_records as t
                where not exists (select from whole_users as w where w.user_id = t.user_id)
                group by t.user_id, t.exercise_id
            ) as t
            cross join state
            left join lateral (
                select r.* from analytics.personal_records_current as r
                where r.user_id = t.user_id and r.exercise_id = t.exercise_id
                offset 0
            ) as r on true
            cross join lateral (
                select a.* from analytics.personal_records_narrow(t.session_ids || array[
                    r.max_weight_session_id, r.best_e1rm_session_id,
                    r.best_set_volume_session_id, r.max_distance_session_id], false) as a
                -- Not '=': by the user the planner would go through all of their sessions, and these few are found by id.
                where a.user_id is not distinct from t.user_id and a.exercise_id = t.exercise_id
                offset 0
            ) as n
            where not state.folding
              and not analytics.beats(r.max_weight_kg, r.max_weight_at, r.max_weight_session_id,
                                      n.max_weight_kg, n.max_weight_at, n.max_weight_session_id)
              and not analytics.beats(r.best_e1rm_kg, r.best_e1rm_at, r.best_e1rm_session_id,
                                      n.best_e1rm_kg, n.best_e1rm_at, n.best_e1rm_session_id)
              and not analytics.beats(r.best_set_volume_kg, r.best_set_volume_at, r.best_set_volume_session_id,
                                      n.best_set_volume_kg, n.best_set_volume_at, n.best_set_volume_session_id)
              and not analytics.beats(r.max_distance_m, r.max_distance_at, r.max_distance_session_id,
                                      n.max_distance_m, n.max_distance_at, n.max_distance_session_id)
        ) as n on n.user_id = k.user_id and n.exercise_id = k.exercise_id
        left join lateral (
            select v.user_id, v.exercise_id, v.max_weight_kg, v.max_weight_session_id, v.max_weight_at, v.best_e1rm_kg, v.best_e1rm_session_id, v.best_e1rm_at, v.best_set_volume_kg, v.best_set_volume_session_id, v.best_set_volume_at, v.max_distance_m, v.max_distance_session_id, v.max_distance_at
            from analytics.personal_records_live as v
            where v.user_id = k.user_id and v.exercise_id = k.exercise_id and n.user_id is null
            offset 0
        ) as v on true
        on conflict (user_id, exercise_id) do update set
            (max_weight_kg, max_weight_session_id, max_weight_at, best_e1rm_kg, best_e1rm_session_id, best_e1rm_at, best_set_volume_kg, best_set_volume_session_id, best_set_volume_at, max_distance_m, max_distance_session_id, max_distance_at, deleted, generation, refreshed_at)
            = (excluded.max_weight_kg, excluded.max_weight_session_id, excluded.max_weight_at, excluded.best_e1rm_kg, excluded.best_e1rm_session_id, excluded.best_e1rm_at, excluded.best_set_volume_kg, excluded.best_set_volume_session_id, excluded.best_set_volume_at, excluded.max_distance_m, excluded.max_distance_session_id, excluded.max_distance_at, excluded.deleted, excluded.generation, excluded.refreshed_at)
        returning 1
    ),
    weekly_aggregates_keys as materialized (
        select distinct k.user_id, k.week_start from (
            select c.user_id, c.week as week_start from changes as c where c.week is not null
            union all
            select u.user_id, u.week_start
            from whole_users as w
            cross join lateral (
                select v.user_id, v.week_start from analytics.weekly_aggregates_live as v where v.user_id = w.user_id
                union
                select m.user_id, m.week_start from analytics.weekly_aggregates as m where m.user_id = w.user_id
                union
                select d.user_id, d.week_start from analytics.weekly_aggregates_delta as d where d.user_id = w.user_id
                offset 0
            ) as u
        ) as k
    ),
    weekly_aggregates_rows as (
        insert into analytics.weekly_aggregates_delta as t
            (user_id, week_start, session_count, total_distance_m, total_duration_s, total_volume_kg, avg_rpe, set_count, exercise_count, rpe_sum, rpe_count, exercise_ids, deleted, generation, refreshed_at)
        select k.user_id, k.week_start, coalesce(n.session_count, v.session_count), coalesce(n.total_distance_m, v.total_distance_m), coalesce(n.total_duration_s, v.total_duration_s), coalesce(n.total_volume_kg, v.total_volume_kg), coalesce(n.avg_rpe, v.avg_rpe), coalesce(n.set_count, v.set_count), coalesce(n.exercise_count, v.exercise_count), coalesce(n.rpe_sum, v.rpe_sum), coalesce(n.rpe_count, v.rpe_count), coalesce(n.exercise_ids, v.exercise_ids), n.user_id is null and v.user_id is null, state.generation, statement_timestamp()
        from weekly_aggregates_keys as k
        cross join state
        left join (
            select n.*
            from (
                select c.user_id, c.week, array_agg(c.session_id) as session_ids,
                       coalesce(array_agg(s.totals) filter (where s.session_id is not null), '{}') as totals
                from (select distinct c.user_id, c.week, c.session_id from changes as c) as c
                left join summaries as s on s.session_id = c.session_id
                where c.week is not null and not exists (select from whole_users as w where w.user_id = c.user_id)
                group by c.user_id, c.week
                having bool_and(c.session_id is not null)
            ) as c
            cross join state
            cross join lateral (
                select n.* from analytics.weekly_aggregates_narrow(c.session_ids, c.totals, false) as n
                where n.user_id = c.user_id and n.week_start = c.week
                offset 0
            ) as n
            where not state.folding
        ) as n on n.user_id = k.user_id and n.week_start = k.week_start
        left join lateral (
            select v.user_id, v.week_start, v.session_count, v.total_distance_m, v.total_duration_s, v.total_volume_kg, v.avg_rpe, v.set_count, v.exercise_count, v.rpe_sum, v.rpe_count, v.exercise_ids
            from analytics.weekly_aggregates_live as v
            where v.user_id = k.user_id and v.week_start = k.week_start and n.user_id is null
            offset 0
        ) as v on true
        on conflict (user_id, week_start) do update set
            (session_count, total_distance_m, total_duration_s, total_volume_kg, avg_rpe, set_count, exercise_count, rpe_sum, rpe_count, exercise_ids, deleted, generation, refreshed_at)
            = (excluded.session_count, excluded.total_distance_m, excluded.total_duration_s, excluded.total_volume_kg, excluded.avg_rpe, excluded.set_count, excluded.exercise_count, excluded.rpe_sum, excluded.rpe_count, excluded.exercise_ids, excluded.deleted, excluded.generation, excluded.refreshed_at)
        returning 1
    ),
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
        select 'session_summary', (select count(*) from session_summary_rows) union all
        select 'personal_records', (select count(*) from personal_records_rows) union all
        select 'weekly_aggregates', (select count(*) from weekly_aggregates_rows) union all
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
$$;

COMMENT ON FUNCTION analytics.recompute(batch tid[], OUT staged_changes bigint, OUT keys bigint, OUT drain_number bigint, OUT keys_by jsonb) IS 'One batch of the drain, given as rows of staging_changes: takes them and recomputes their keys, in one statement. Nulls: the mode is not Incremental. Called by analytics.drain, under its lock.';

CREATE FUNCTION analytics.refresh_aggregate(aggregate text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
$$;

COMMENT ON FUNCTION analytics.refresh_aggregate(aggregate text) IS 'Refreshes one matview without blocking its readers, and stages once more what was drained meanwhile where that may have met it. Called by the full refresh, which holds its lock.';

CREATE FUNCTION analytics.service_freshness(source text) RETURNS TABLE(as_of timestamp with time zone, last_refresh_at timestamp with time zone, pending_changes integer, lag_s double precision, verified_at timestamp with time zone, catch_up_s double precision)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with state as (
        select s.last_incremental_at, min((s.stamps ->> a.name)::timestamptz) as stamp,
               case when bool_and(s.verified ? a.name) then min((s.verified ->> a.name)::timestamptz) end as verified
        from analytics.refresh_state as s cross join analytics.aggregates as a
        group by s.last_incremental_at
    ),
    queue as (
        select count(*) as rows, min(c.changed_at) as oldest
        from (select q.changed_at from analytics.staging_changes as q
              where source <> 'LIVE' order by q.changed_at limit 100000) as c
    ),
    folded as (
        select count(*) as rows, min(x.refreshed_at) as oldest from (
            select d.refreshed_at from analytics.session_summary_delta as d where source = 'MATVIEW' limit 100000
        ) as x
    ),
    pending as (
        select least(q.rows + f.rows, 100000)::int as rows, least(q.oldest, f.oldest) as oldest, q.rows as staged
        from queue as q cross join folded as f
    ),
    -- What the drains of the last half minute took off the queue, a second.
    drained as (
        select sum(r.staged_changes)
               / greatest(extract(epoch from transaction_timestamp() - min(r.started_at)), 0.25)::float8 as per_s
        from analytics.refresh_runs as r
        where r.kind = 'INCREMENTAL' and r.started_at > transaction_timestamp() - interval '30 seconds' and r.outcome = 'SUCCEEDED'
    )
    select case when source = 'MATVIEW' then least(s.stamp, p.oldest, c.until) else least(c.until, p.oldest) end,
           case source when 'MATVIEW' then s.stamp
                       when 'LIVE' then c.until
                       else greatest(s.stamp, s.last_incremental_at) end,
           p.rows,
           greatest(extract(epoch from transaction_timestamp() - least(c.until, p.oldest)), 0)::float8,
           case when source <> 'LIVE' then s.verified end,
           case when source = 'INCREMENTAL' and p.staged > 0 then p.staged / nullif(d.per_s, 0) end
    from state as s cross join pending as p cross join drained as d cross join analytics.complete_until() as c (until);
$$;

COMMENT ON FUNCTION analytics.service_freshness(source text) IS 'How fresh the whole service is, read from the given source; catch_up_s: seconds until what is staged will be drained, by the pace of the last half minute.';

CREATE FUNCTION analytics.session_summary_pending(user_ids uuid[]) RETURNS TABLE(user_id uuid, session_id uuid, activity_type text, title text, started_at timestamp with time zone, ended_at timestamp with time zone, week_start date, duration_s bigint, distance_m numeric, total_volume_kg numeric, avg_rpe numeric, set_count integer, exercise_count integer, rpe_sum numeric, rpe_count integer, exercise_ids uuid[], deleted boolean, refreshed_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
#variable_conflict use_column
begin
    return query
    with state as materialized (
        select s.generation <> s.folded_generation as folding from analytics.refresh_state as s
    ),
    asked as materialized (
        select p.user_id, p.session_id, p.week, p.exercise_id, p.read_live from analytics.pending_changes(user_ids) as p
    ),
    staged as materialized (
        select distinct a.user_id, a.session_id, a.week, a.exercise_id from asked as a where not a.read_live
    ),
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
    whole_users as (
        select null::uuid as user_id where false
    ),
    session_summary_keys as materialized (
        select distinct k.user_id, k.session_id from (
            select c.user_id, c.session_id from changes as c where c.session_id is not null
            union all
            select u.user_id, u.session_id
            from whole_users as w
            cross join lateral (
                select v.user_id, v.session_id from analytics.session_summary_live as v where v.user_id = w.user_id
                union
                select m.user_id, m.session_id from analytics.session_summary as m where m.user_id = w.user_id
                union
                select d.user_id, d.session_id from analytics.session_summary_delta as d where d.user_id = w.user_id
                offset 0
            ) as u
        ) as k
    )
    select k.user_id, k.session_id, coalesce(n.activity_type, v.activity_type), coalesce(n.title, v.title), coalesce(n.started_at, v.started_at), coalesce(n.ended_at, v.ended_at), coalesce(n.week_start, v.week_start), coalesce(n.duration_s, v.duration_s), coalesce(n.distance_m, v.distance_m), coalesce(n.total_volume_kg, v.total_volume_kg), coalesce(n.avg_rpe, v.avg_rpe), coalesce(n.set_count, v.set_count), coalesce(n.exercise_count, v.exercise_count), coalesce(n.rpe_sum, v.rpe_sum), coalesce(n.rpe_count, v.rpe_count), coalesce(n.exercise_ids, v.exercise_ids), n.user_id is null and v.user_id is null, transaction_timestamp()
    from session_summary_keys as k
        left join (
            select (s.summary).* from summaries as s
        ) as n on n.user_id = k.user_id and n.session_id = k.session_id
        left join lateral (
            select v.user_id, v.session_id, v.activity_type, v.title, v.started_at, v.ended_at, v.week_start, v.duration_s, v.distance_m, v.total_volume_kg, v.avg_rpe, v.set_count, v.exercise_count, v.rpe_sum, v.rpe_count, v.exercise_ids
            from analytics.session_summary_live as v
            where v.user_id = k.user_id and v.session_id = k.session_id and n.user_id is null
            offset 0
        ) as v on true
    where k.user_id = any (user_ids)
      and not exists (select from asked as a where a.read_live and a.user_id = k.user_id)
    union all
    select a.user_id, null::uuid, null::text, null::text, null::timestamp with time zone, null::timestamp with time zone, null::date, null::bigint, null::numeric, null::numeric, null::numeric, null::integer, null::integer, null::numeric, null::integer, null::uuid[], false, null
    from asked as a
    where a.read_live;
end
$$;

COMMENT ON FUNCTION analytics.session_summary_pending(user_ids uuid[]) IS 'Rows of session_summary that are pending for the given users, recomputed in the snapshot of the statement that calls it; deleted rows hide those of session_summary_current. A row with a null key: read that user live.';

CREATE FUNCTION analytics.set_aside(staged tid, fault text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update analytics.staging_changes as c
    set attempts = coalesce(c.attempts, 0) + 1,
        retry_at = statement_timestamp() + least(interval '5 seconds' * 2 ^ least(coalesce(c.attempts, 0) + 1, 10), interval '1 hour'),
        error = fault
    where c.ctid = staged
$$;

COMMENT ON FUNCTION analytics.set_aside(staged tid, fault text) IS 'Marks a staged change whose recomputation failed: it stays pending, and is tried again later, ever more rarely.';

CREATE FUNCTION analytics.sorted_distinct(ids uuid[]) RETURNS uuid[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN COALESCE((SELECT array_agg(DISTINCT i.id ORDER BY i.id) AS array_agg FROM unnest(sorted_distinct.ids) i(id)), '{}'::uuid[]);

COMMENT ON FUNCTION analytics.sorted_distinct(ids uuid[]) IS 'The distinct ids of an array, sorted; the last step of exercise_union.';

CREATE FUNCTION analytics.stage_again() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    insert into analytics.staging_changes (user_id, session_id)
    select e.user_id, s.id
    from analytics.refresh_events as e cross join unnest(e.session_ids) as s (id)
    where e.drain_number > (select coalesce(r.folding_from, 0) from analytics.refresh_state as r);
    update analytics.refresh_state set folding_from = drain_number;
end
$$;

COMMENT ON FUNCTION analytics.stage_again() IS 'Stages what was drained since the full refresh began, or since this was last called in it. Called under the drain''s lock, in the transaction that replaces rows which those drains compared with.';

CREATE FUNCTION analytics.stage_everything() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    insert into analytics.staging_changes default values;
    return null;
end
$$;

COMMENT ON FUNCTION analytics.stage_everything() IS 'Stages a full refresh: a truncate does not say what it removed.';

CREATE FUNCTION analytics.stage_sessions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    staged int;
begin
    if tg_op = 'UPDATE' then
        -- The old and the new place: a session may move between users and weeks.
        insert into analytics.staging_changes (user_id, session_id, week)
        select o.user_id, o.session_id, analytics.week_of(o.started_at) from old_rows as o
        union
        select n.user_id, n.session_id, analytics.week_of(n.started_at) from new_rows as n;
        return null;
    end if;
    insert into analytics.staging_changes (user_id, session_id, week)
    select c.user_id, c.session_id, analytics.week_of(c.started_at) from changed_rows as c;
    get diagnostics staged = row_count;
    if tg_op = 'INSERT' and staged = 1 then
        perform set_config('analytics.inserted_session', pg_current_xact_id()::text || c.session_id, true) from changed_rows as c;
    end if;
    return null;
end
$$;

COMMENT ON FUNCTION analytics.stage_sessions() IS 'Stages the old and the new place of each session that a statement changed; notes a session that is inserted alone.';

CREATE FUNCTION analytics.stage_sets() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    note constant text := current_setting('analytics.inserted_session', true);
    transaction constant text := pg_current_xact_id();
begin
    -- One row a session. The user is a hint for freshness only; the drain resolves the session's present user and week
    -- itself. It is null where the session went first (a cascade). The exercise is null where there are several: then the
    -- drain looks at all that the session has and had, which costs the app a sixth less than a row for each.
    if tg_op = 'UPDATE' then
        insert into analytics.staging_changes (user_id, session_id, exercise_id)
        select s.user_id, x.session_id, x.exercise_id
        from (
            select c.session_id, case when count(distinct c.exercise_id) = 1 then (array_agg(c.exercise_id))[1] end as exercise_id
            from (
                select o.session_id, o.exercise_id from old_rows as o
                union all
                select n.session_id, n.exercise_id from new_rows as n
            ) as c
            group by c.session_id
        ) as x
        left join core.sessions as s on s.session_id = x.session_id;
        return null;
    end if;
    if tg_op = 'INSERT'
       and not exists (select from changed_rows as c where transaction || c.session_id is distinct from note) then
        return null;
    end if;
    insert into analytics.staging_changes (user_id, session_id, exercise_id)
    select s.user_id, x.session_id, x.exercise_id
    from (
        select c.session_id, case when count(distinct c.exercise_id) = 1 then (array_agg(c.exercise_id))[1] end as exercise_id
        from changed_rows as c
        group by c.session_id
    ) as x
    left join core.sessions as s on s.session_id = x.session_id;
    return null;
end
$$;

COMMENT ON FUNCTION analytics.stage_sets() IS 'Stages the sessions whose sets a statement changed, and the exercise where it is but one; not the one that is noted.';

CREATE FUNCTION analytics.week_of(instant timestamp with time zone) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (date_trunc('week'::text, (instant AT TIME ZONE 'UTC'::text)))::date;

COMMENT ON FUNCTION analytics.week_of(instant timestamp with time zone) IS 'The Monday of the ISO week, in UTC, that an instant belongs to.';

CREATE FUNCTION analytics.weekly_aggregates_narrow(session_ids uuid[], totals analytics.session_totals[], folded boolean) RETURNS TABLE(user_id uuid, week_start date, session_count integer, total_distance_m numeric, total_duration_s bigint, total_volume_kg numeric, avg_rpe numeric, set_count integer, exercise_count integer, rpe_sum numeric, rpe_count integer, exercise_ids uuid[])
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
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
$$;

COMMENT ON FUNCTION analytics.weekly_aggregates_narrow(session_ids uuid[], totals analytics.session_totals[], folded boolean) IS 'Columns as weekly_aggregates_live, of the given totals and, but for the given sessions, what session_summary_current has; null: all from core, or where folded all from the matview session_summary.';

CREATE FUNCTION analytics.weekly_aggregates_pending(user_ids uuid[]) RETURNS TABLE(user_id uuid, week_start date, session_count integer, total_distance_m numeric, total_duration_s bigint, total_volume_kg numeric, avg_rpe numeric, set_count integer, exercise_count integer, rpe_sum numeric, rpe_count integer, exercise_ids uuid[], deleted boolean, refreshed_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
#variable_conflict use_column
begin
    return query
    with state as materialized (
        select s.generation <> s.folded_generation as folding from analytics.refresh_state as s
    ),
    asked as materialized (
        select p.user_id, p.session_id, p.week, p.exercise_id, p.read_live from analytics.pending_changes(user_ids) as p
    ),
    staged as materialized (
        select distinct a.user_id, a.session_id, a.week, a.exercise_id from asked as a where not a.read_live
    ),
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
    whole_users as (
        select null::uuid as user_id where false
    ),
    weekly_aggregates_keys as materialized (
        select distinct k.user_id, k.week_start from (
            select c.user_id, c.week as week_start from changes as c where c.week is not null
            union all
            select u.user_id, u.week_start
            from whole_users as w
            cross join lateral (
                select v.user_id, v.week_start from analytics.weekly_aggregates_live as v where v.user_id = w.user_id
                union
                select m.user_id, m.week_start from analytics.weekly_aggregates as m where m.user_id = w.user_id
                union
                select d.user_id, d.week_start from analytics.weekly_aggregates_delta as d where d.user_id = w.user_id
                offset 0
            ) as u
        ) as k
    )
    select k.user_id, k.week_start, coalesce(n.session_count, v.session_count), coalesce(n.total_distance_m, v.total_distance_m), coalesce(n.total_duration_s, v.total_duration_s), coalesce(n.total_volume_kg, v.total_volume_kg), coalesce(n.avg_rpe, v.avg_rpe), coalesce(n.set_count, v.set_count), coalesce(n.exercise_count, v.exercise_count), coalesce(n.rpe_sum, v.rpe_sum), coalesce(n.rpe_count, v.rpe_count), coalesce(n.exercise_ids, v.exercise_ids), n.user_id is null and v.user_id is null, transaction_timestamp()
    from weekly_aggregates_keys as k
        left join (
            select n.*
            from (
                select c.user_id, c.week, array_agg(c.session_id) as session_ids,
                       coalesce(array_agg(s.totals) filter (where s.session_id is not null), '{}') as totals
                from (select distinct c.user_id, c.week, c.session_id from changes as c) as c
                left join summaries as s on s.session_id = c.session_id
                where c.week is not null and not exists (select from whole_users as w where w.user_id = c.user_id)
                group by c.user_id, c.week
                having bool_and(c.session_id is not null)
            ) as c
            cross join state
            cross join lateral (
                select n.* from analytics.weekly_aggregates_narrow(c.session_ids, c.totals, false) as n
                where n.user_id = c.user_id and n.week_start = c.week
                offset 0
            ) as n
            where not state.folding
        ) as n on n.user_id = k.user_id and n.week_start = k.week_start
        left join lateral (
            select v.user_id, v.week_start, v.session_count, v.total_distance_m, v.total_duration_s, v.total_volume_kg, v.avg_rpe, v.set_count, v.exercise_count, v.rpe_sum, v.rpe_count, v.exercise_ids
            from analytics.weekly_aggregates_live as v
            where v.user_id = k.user_id and v.week_start = k.week_start and n.user_id is null
            offset 0
        ) as v on true
    where k.user_id = any (user_ids)
      and not exists (select from asked as a where a.read_live and a.user_id = k.user_id)
    union all
    select a.user_id, null::date, null::integer, null::numeric, null::bigint, null::numeric, null::numeric, null::integer, null::integer, null::numeric, null::integer, null::uuid[], false, null
    from asked as a
    where a.read_live;
end
$$;

COMMENT ON FUNCTION analytics.weekly_aggregates_pending(user_ids uuid[]) IS 'Rows of weekly_aggregates that are pending for the given users, recomputed in the snapshot of the statement that calls it; deleted rows hide those of weekly_aggregates_current. A row with a null key: read that user live.';

CREATE AGGREGATE analytics.exercise_lists(uuid[]) (
    SFUNC = array_cat,
    STYPE = uuid[],
    INITCOND = '{}',
    PARALLEL = safe
);

COMMENT ON AGGREGATE analytics.exercise_lists(uuid[]) IS 'Exercise ids one after the other, as often as they come.';

CREATE AGGREGATE analytics.exercise_union(uuid[]) (
    SFUNC = array_cat,
    STYPE = uuid[],
    INITCOND = '{}',
    FINALFUNC = analytics.sorted_distinct,
    PARALLEL = safe
);

COMMENT ON AGGREGATE analytics.exercise_union(uuid[]) IS 'Sorted distinct union of exercise ids.';

CREATE TABLE analytics.aggregates (
    name text NOT NULL,
    key_columns text[] NOT NULL,
    columns text[] NOT NULL,
    ordinal integer NOT NULL,
    is_folded boolean DEFAULT false NOT NULL
);

COMMENT ON TABLE analytics.aggregates IS 'The declared aggregates, as the migrator made them from db/definitions/aggregates.';

COMMENT ON COLUMN analytics.aggregates.is_folded IS 'The matview is made of session_summary and shares its stamp: it is refreshed after it, and not when that failed.';

CREATE TABLE analytics.heartbeat (
    one boolean DEFAULT true NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    CONSTRAINT heartbeat_one_check CHECK (one)
)
WITH (fillfactor='10', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='200', vacuum_truncate='false');

COMMENT ON TABLE analytics.heartbeat IS 'One row: the latest beat of the primary''s clock, written each second by servers that read from replicas.';

COMMENT ON COLUMN analytics.heartbeat.beat_at IS 'Taken before its own commit: whoever sees it sees everything that was committed before that instant.';

CREATE VIEW analytics.personal_records_live AS
 SELECT n.user_id,
    n.exercise_id,
    n.max_weight_kg,
    n.max_weight_session_id,
    n.max_weight_at,
    n.best_e1rm_kg,
    n.best_e1rm_session_id,
    n.best_e1rm_at,
    n.best_set_volume_kg,
    n.best_set_volume_session_id,
    n.best_set_volume_at,
    n.max_distance_m,
    n.max_distance_session_id,
    n.max_distance_at
   FROM analytics.personal_records_narrow(NULL::uuid[], true) n(user_id, exercise_id, max_weight_kg, max_weight_session_id, max_weight_at, best_e1rm_kg, best_e1rm_session_id, best_e1rm_at, best_set_volume_kg, best_set_volume_session_id, best_set_volume_at, max_distance_m, max_distance_session_id, max_distance_at);

COMMENT ON VIEW analytics.personal_records_live IS 'Per user and exercise with a working set, straight from core: the definition of the aggregate personal_records.';

COMMENT ON COLUMN analytics.personal_records_live.max_weight_kg IS 'Kilograms: the heaviest weight; null when no set has one.';

COMMENT ON COLUMN analytics.personal_records_live.max_weight_session_id IS 'The session where it was first reached: of equal ones the earliest.';

COMMENT ON COLUMN analytics.personal_records_live.max_weight_at IS 'When that session started.';

COMMENT ON COLUMN analytics.personal_records_live.best_e1rm_kg IS 'Kilograms: the best estimated one-repetition maximum (Epley) over sets of 1 to 12 reps; null when there is none.';

COMMENT ON COLUMN analytics.personal_records_live.best_e1rm_session_id IS 'The session where it was first reached.';

COMMENT ON COLUMN analytics.personal_records_live.best_e1rm_at IS 'When that session started.';

COMMENT ON COLUMN analytics.personal_records_live.best_set_volume_kg IS 'Kilograms: the largest reps x weight of one set; null when no set has both.';

COMMENT ON COLUMN analytics.personal_records_live.best_set_volume_session_id IS 'The session where it was first reached.';

COMMENT ON COLUMN analytics.personal_records_live.best_set_volume_at IS 'When that session started.';

COMMENT ON COLUMN analytics.personal_records_live.max_distance_m IS 'Metres: the longest distance of one set; null when no set has one.';

COMMENT ON COLUMN analytics.personal_records_live.max_distance_session_id IS 'The session where it was first reached.';

COMMENT ON COLUMN analytics.personal_records_live.max_distance_at IS 'When that session started.';

CREATE MATERIALIZED VIEW analytics.personal_records
WITH (autovacuum_vacuum_scale_factor='0.005', autovacuum_vacuum_threshold='500', autovacuum_vacuum_insert_scale_factor='0.005', autovacuum_vacuum_insert_threshold='500') AS
 SELECT v.user_id,
    v.exercise_id,
    v.max_weight_kg,
    v.max_weight_session_id,
    v.max_weight_at,
    v.best_e1rm_kg,
    v.best_e1rm_session_id,
    v.best_e1rm_at,
    v.best_set_volume_kg,
    v.best_set_volume_session_id,
    v.best_set_volume_at,
    v.max_distance_m,
    v.max_distance_session_id,
    v.max_distance_at,
    NULL::boolean AS never_alike
   FROM analytics.personal_records_live v
  WITH NO DATA;

COMMENT ON MATERIALIZED VIEW analytics.personal_records IS 'Pre-computed personal_records, as of its stamp in refresh_state; read personal_records_current.';

COMMENT ON COLUMN analytics.personal_records.never_alike IS 'Always null: spares REFRESH … CONCURRENTLY the search for rows that are alike, which the key excludes.';

CREATE TABLE analytics.personal_records_delta (
    user_id uuid NOT NULL,
    exercise_id uuid NOT NULL,
    max_weight_kg numeric,
    max_weight_session_id uuid,
    max_weight_at timestamp with time zone,
    best_e1rm_kg numeric,
    best_e1rm_session_id uuid,
    best_e1rm_at timestamp with time zone,
    best_set_volume_kg numeric,
    best_set_volume_session_id uuid,
    best_set_volume_at timestamp with time zone,
    max_distance_m numeric,
    max_distance_session_id uuid,
    max_distance_at timestamp with time zone,
    deleted boolean NOT NULL,
    generation bigint NOT NULL,
    refreshed_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_analyze_scale_factor='0.05', autovacuum_analyze_threshold='500');

COMMENT ON TABLE analytics.personal_records_delta IS 'Rows of personal_records recomputed since the last full refresh; deleted rows hide the matview''s.';

CREATE TABLE analytics.refresh_state (
    one boolean DEFAULT true NOT NULL,
    mode text NOT NULL,
    generation bigint DEFAULT 1 NOT NULL,
    drain_number bigint DEFAULT 0 NOT NULL,
    last_incremental_at timestamp with time zone,
    last_full_refresh_at timestamp with time zone,
    stamps jsonb DEFAULT '{}'::jsonb NOT NULL,
    folded_generation bigint DEFAULT 1 NOT NULL,
    verified jsonb DEFAULT '{}'::jsonb NOT NULL,
    incarnation text,
    folding_from bigint,
    CONSTRAINT refresh_state_mode_check CHECK ((mode = ANY (ARRAY['Incremental'::text, 'NightlyOnly'::text, 'Live'::text]))),
    CONSTRAINT refresh_state_one_check CHECK (one)
)
WITH (fillfactor='10', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='200');

COMMENT ON TABLE analytics.refresh_state IS 'One row: the mode, the generation and the stamps of the refresh engine.';

COMMENT ON COLUMN analytics.refresh_state.mode IS 'Incremental (delta over the matviews), NightlyOnly (the matviews alone) or Live (the plain views).';

COMMENT ON COLUMN analytics.refresh_state.generation IS 'Raised under the drain''s lock before each full refresh; delta rows of older generations are in the matviews.';

COMMENT ON COLUMN analytics.refresh_state.drain_number IS 'Number of the latest drain that changed something.';

COMMENT ON COLUMN analytics.refresh_state.last_incremental_at IS 'When the latest drain that changed something began.';

COMMENT ON COLUMN analytics.refresh_state.last_full_refresh_at IS 'When the latest full refresh that succeeded for every aggregate began to read.';

COMMENT ON COLUMN analytics.refresh_state.stamps IS 'Aggregate name to the instant just before its latest REFRESH: no row of that matview is newer, none is missing.';

COMMENT ON COLUMN analytics.refresh_state.folded_generation IS 'Generation of the latest full refresh that ended, well or not; below generation while one runs.';

COMMENT ON COLUMN analytics.refresh_state.verified IS 'Aggregate name to the instant of the latest audit or verification that looked at it.';

COMMENT ON COLUMN analytics.refresh_state.incarnation IS 'What analytics.incarnation() said at the latest drain; where it says otherwise the next drain leaves a gap in the numbers.';

COMMENT ON COLUMN analytics.refresh_state.folding_from IS 'drain_number up to which what was drained beside the full refresh that runs is staged once more; null: none runs, or it was begun by a server of a version before.';

CREATE VIEW analytics.personal_records_current AS
 SELECT d.refreshed_at AS last_refresh_at,
    d.user_id,
    d.exercise_id,
    d.max_weight_kg,
    d.max_weight_session_id,
    d.max_weight_at,
    d.best_e1rm_kg,
    d.best_e1rm_session_id,
    d.best_e1rm_at,
    d.best_set_volume_kg,
    d.best_set_volume_session_id,
    d.best_set_volume_at,
    d.max_distance_m,
    d.max_distance_session_id,
    d.max_distance_at
   FROM analytics.personal_records_delta d
  WHERE (NOT d.deleted)
UNION ALL
 SELECT ( SELECT ((r.stamps ->> 'personal_records'::text))::timestamp with time zone AS timestamptz
           FROM analytics.refresh_state r
          WHERE r.one) AS last_refresh_at,
    m.user_id,
    m.exercise_id,
    m.max_weight_kg,
    m.max_weight_session_id,
    m.max_weight_at,
    m.best_e1rm_kg,
    m.best_e1rm_session_id,
    m.best_e1rm_at,
    m.best_set_volume_kg,
    m.best_set_volume_session_id,
    m.best_set_volume_at,
    m.max_distance_m,
    m.max_distance_session_id,
    m.max_distance_at
   FROM analytics.personal_records m
  WHERE (NOT (EXISTS ( SELECT
           FROM analytics.personal_records_delta d
          WHERE ((d.user_id = m.user_id) AND (d.exercise_id = m.exercise_id)))));

COMMENT ON VIEW analytics.personal_records_current IS 'personal_records as readers see it: the delta, and the matview where the delta is silent. Columns as in personal_records_live.';

COMMENT ON COLUMN analytics.personal_records_current.last_refresh_at IS 'When this row was recomputed.';

CREATE TABLE analytics.staging_changes (
    user_id uuid,
    session_id uuid,
    week date,
    exercise_id uuid,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    folded_by bigint,
    attempts integer,
    retry_at timestamp with time zone,
    error text
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='2000', autovacuum_vacuum_insert_threshold='-1', autovacuum_vacuum_cost_delay='0', autovacuum_analyze_scale_factor='0', autovacuum_analyze_threshold='100000');

COMMENT ON TABLE analytics.staging_changes IS 'Append-only queue of what changed. Only a user: that whole user. No user and no session: a full refresh, pending for everyone until it is done. Filled by triggers on core and by enqueueRefresh; read and cleared by the drain.';

COMMENT ON COLUMN analytics.staging_changes.user_id IS 'Whose data changed; for changed sets a hint only: the drain resolves the present owner itself.';

COMMENT ON COLUMN analytics.staging_changes.session_id IS 'The session that changed; null for a whole user or a week.';

COMMENT ON COLUMN analytics.staging_changes.week IS 'Any day of the week that changed; the drain takes its Monday.';

COMMENT ON COLUMN analytics.staging_changes.exercise_id IS 'The exercise whose sets changed; null where there are several, or the session itself changed.';

COMMENT ON COLUMN analytics.staging_changes.changed_at IS 'When it was written, before its transaction committed: never later than the change became visible.';

COMMENT ON COLUMN analytics.staging_changes.folded_by IS 'Generation of the full refresh that contains this change.';

COMMENT ON COLUMN analytics.staging_changes.attempts IS 'How often its recomputation failed; null when it never did.';

COMMENT ON COLUMN analytics.staging_changes.retry_at IS 'Set aside until then, because its recomputation failed; pending all the same. Null: not set aside.';

COMMENT ON COLUMN analytics.staging_changes.error IS 'Why its recomputation failed the last time, for an operator.';

CREATE VIEW analytics.queue_state AS
 SELECT s.last_incremental_at,
    s.stamps,
    s.verified,
    ( SELECT min(((s.stamps ->> a.name))::timestamp with time zone) AS min
           FROM analytics.aggregates a) AS oldest_stamp,
    ( SELECT
                CASE
                    WHEN bool_and((s.verified ? a.name)) THEN min(((s.verified ->> a.name))::timestamp with time zone)
                    ELSE NULL::timestamp with time zone
                END AS "case"
           FROM analytics.aggregates a) AS oldest_verified,
    ((( SELECT true
           FROM analytics.staging_changes c
          ORDER BY c.changed_at
         LIMIT 1) IS NULL) AND (NOT pg_is_in_recovery())) AS is_settled
   FROM analytics.refresh_state s;

COMMENT ON VIEW analytics.queue_state IS 'When drains and refreshes last changed something, and whether nothing is staged at all: then every answer from *_current is complete. Never on a replica.';

CREATE TABLE analytics.refresh_events (
    drain_number bigint NOT NULL,
    user_id uuid NOT NULL,
    weeks date[] NOT NULL,
    session_ids uuid[] NOT NULL,
    refreshed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

COMMENT ON TABLE analytics.refresh_events IS 'What each drain changed: one row a drain and user. Drain numbers are assigned under the drain''s lock, so a reader that knows the last number it saw misses nothing.';

CREATE TABLE analytics.refresh_runs (
    run_id bigint NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    staged_changes bigint DEFAULT 0 NOT NULL,
    keys bigint DEFAULT 0 NOT NULL,
    error text,
    CONSTRAINT refresh_runs_kind_check CHECK ((kind = ANY (ARRAY['INCREMENTAL'::text, 'FULL'::text, 'AUDIT'::text]))),
    CONSTRAINT refresh_runs_outcome_check CHECK ((outcome = ANY (ARRAY['RUNNING'::text, 'SUCCEEDED'::text, 'FAILED'::text])))
);

COMMENT ON TABLE analytics.refresh_runs IS 'Each refresh run that did something, or tried to; kept as long as housekeeping says.';

COMMENT ON COLUMN analytics.refresh_runs.staged_changes IS 'Staged changes that the run took off the queue.';

COMMENT ON COLUMN analytics.refresh_runs.keys IS 'Aggregate rows that the run recomputed (0 for a full refresh: all of them).';

COMMENT ON COLUMN analytics.refresh_runs.error IS 'Why it failed, for an operator; null when it succeeded.';

ALTER TABLE analytics.refresh_runs ALTER COLUMN run_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME analytics.refresh_runs_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE analytics.schema_definitions (
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE analytics.schema_definitions IS 'Applied definitions; a changed checksum applies them again.';

CREATE TABLE analytics.schema_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE analytics.schema_migrations IS 'Applied files of db/migrations; a changed checksum is refused.';

CREATE TABLE core.sessions (
    session_id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    activity_type text NOT NULL,
    title text,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    distance_m numeric,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE core.sets (
    set_id uuid DEFAULT gen_random_uuid() NOT NULL,
    session_id uuid NOT NULL,
    exercise_id uuid NOT NULL,
    set_index integer NOT NULL,
    is_warmup boolean DEFAULT false NOT NULL,
    reps integer,
    weight_kg numeric,
    rpe numeric,
    distance_m numeric,
    duration_s integer,
    CONSTRAINT sets_set_index_check CHECK ((set_index >= 0))
);

CREATE VIEW analytics.session_records_live AS
 SELECT s.user_id,
    t.exercise_id,
    s.session_id,
    s.started_at,
    max(m.weight_kg) AS weight_kg,
    max(
        CASE
            WHEN (t.reps = 1) THEN m.weight_kg
            WHEN ((t.reps >= 2) AND (t.reps <= 12)) THEN ((m.weight_kg * ((30 + t.reps))::numeric) / (30)::numeric)
            ELSE NULL::numeric
        END) AS e1rm_kg,
    max(((t.reps)::numeric * m.weight_kg)) AS set_volume_kg,
    max(m.distance_m) AS distance_m
   FROM ((core.sessions s
     JOIN core.sets t ON ((t.session_id = s.session_id)))
     CROSS JOIN LATERAL ( SELECT analytics.measured(t.weight_kg) AS weight_kg,
            analytics.measured(t.distance_m) AS distance_m) m)
  WHERE (t.is_warmup IS NOT TRUE)
  GROUP BY t.session_id, t.exercise_id, s.session_id, s.user_id, s.started_at;

COMMENT ON VIEW analytics.session_records_live IS 'Per user, exercise and session over working sets, straight from core: what personal_records_live chooses from.';

COMMENT ON COLUMN analytics.session_records_live.weight_kg IS 'Kilograms: the heaviest weight; null when no set has one.';

COMMENT ON COLUMN analytics.session_records_live.e1rm_kg IS 'Kilograms: the best estimated one-repetition maximum (Epley: weight x (1 + reps / 30)) over sets of 1 to 12 reps; a single counts as its own weight.';

COMMENT ON COLUMN analytics.session_records_live.set_volume_kg IS 'Kilograms: the largest reps x weight of one set.';

COMMENT ON COLUMN analytics.session_records_live.distance_m IS 'Metres: the longest distance of one set.';

CREATE VIEW analytics.session_starts_live AS
 SELECT s.session_id,
    s.started_at,
    s.user_id
   FROM core.sessions s;

COMMENT ON VIEW analytics.session_starts_live IS 'Per session, straight from core: when it started, and whose it is.';

CREATE VIEW analytics.session_summary_live AS
 SELECT s.user_id,
    s.session_id,
    s.activity_type,
    s.title,
    s.started_at,
    s.ended_at,
    analytics.week_of(s.started_at) AS week_start,
        CASE
            WHEN ((s.ended_at >= s.started_at) AND isfinite(s.started_at) AND isfinite(s.ended_at)) THEN (floor((EXTRACT(epoch FROM s.ended_at) - EXTRACT(epoch FROM s.started_at))))::bigint
            ELSE NULL::bigint
        END AS duration_s,
    COALESCE(analytics.measured(s.distance_m), t.distance_m) AS distance_m,
    t.total_volume_kg,
    round((t.rpe_sum / (NULLIF(t.rpe_count, 0))::numeric), 2) AS avg_rpe,
    t.set_count,
    cardinality(t.exercise_ids) AS exercise_count,
    t.rpe_sum,
    t.rpe_count,
    t.exercise_ids
   FROM (core.sessions s
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(((t_1.reps)::numeric * analytics.measured(t_1.weight_kg))) FILTER (WHERE (t_1.is_warmup IS NOT TRUE)), (0)::numeric) AS total_volume_kg,
            sum(analytics.measured(t_1.distance_m)) AS distance_m,
            (count(*) FILTER (WHERE (t_1.is_warmup IS NOT TRUE)))::integer AS set_count,
            COALESCE(sum(analytics.measured(t_1.rpe)) FILTER (WHERE (t_1.is_warmup IS NOT TRUE)), (0)::numeric) AS rpe_sum,
            (count(analytics.measured(t_1.rpe)) FILTER (WHERE (t_1.is_warmup IS NOT TRUE)))::integer AS rpe_count,
            COALESCE(array_agg(DISTINCT t_1.exercise_id ORDER BY t_1.exercise_id) FILTER (WHERE (t_1.is_warmup IS NOT TRUE)), '{}'::uuid[]) AS exercise_ids
           FROM core.sets t_1
          WHERE (t_1.session_id = s.session_id)) t);

COMMENT ON VIEW analytics.session_summary_live IS 'Per session, straight from core: the definition of the aggregate session_summary.';

COMMENT ON COLUMN analytics.session_summary_live.week_start IS 'Monday of the ISO week of started_at, in UTC.';

COMMENT ON COLUMN analytics.session_summary_live.duration_s IS 'Whole seconds from start to end, rounded down; null while the session is open or when it ends before it starts.';

COMMENT ON COLUMN analytics.session_summary_live.distance_m IS 'Metres: the session''s own distance, else the sum over its sets, warm-ups included; null when there is none.';

COMMENT ON COLUMN analytics.session_summary_live.total_volume_kg IS 'Kilograms: sum of reps x weight over working sets; a set without either counts as nothing.';

COMMENT ON COLUMN analytics.session_summary_live.avg_rpe IS 'Mean rate of perceived exertion over the working sets that have one, two decimals; null when none has.';

COMMENT ON COLUMN analytics.session_summary_live.set_count IS 'Working sets (warm-ups excluded).';

COMMENT ON COLUMN analytics.session_summary_live.exercise_count IS 'Distinct exercises among the working sets.';

COMMENT ON COLUMN analytics.session_summary_live.rpe_sum IS 'Sum behind avg_rpe, so that means over several rows stay exact.';

COMMENT ON COLUMN analytics.session_summary_live.rpe_count IS 'Working sets that have an RPE.';

COMMENT ON COLUMN analytics.session_summary_live.exercise_ids IS 'The distinct exercises of the working sets, sorted.';

CREATE MATERIALIZED VIEW analytics.session_summary
WITH (autovacuum_vacuum_scale_factor='0.005', autovacuum_vacuum_threshold='500', autovacuum_vacuum_insert_scale_factor='0.005', autovacuum_vacuum_insert_threshold='500') AS
 SELECT v.user_id,
    v.session_id,
    v.activity_type,
    v.title,
    v.started_at,
    v.ended_at,
    v.week_start,
    v.duration_s,
    v.distance_m,
    v.total_volume_kg,
    v.avg_rpe,
    v.set_count,
    v.exercise_count,
    v.rpe_sum,
    v.rpe_count,
    v.exercise_ids,
    NULL::boolean AS never_alike
   FROM analytics.session_summary_live v
  WITH NO DATA;

COMMENT ON MATERIALIZED VIEW analytics.session_summary IS 'Pre-computed session_summary, as of its stamp in refresh_state; read session_summary_current.';

COMMENT ON COLUMN analytics.session_summary.never_alike IS 'Always null: spares REFRESH … CONCURRENTLY the search for rows that are alike, which the key excludes.';

CREATE TABLE analytics.session_summary_delta (
    user_id uuid NOT NULL,
    session_id uuid NOT NULL,
    activity_type text,
    title text,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    week_start date,
    duration_s bigint,
    distance_m numeric,
    total_volume_kg numeric,
    avg_rpe numeric,
    set_count integer,
    exercise_count integer,
    rpe_sum numeric,
    rpe_count integer,
    exercise_ids uuid[],
    deleted boolean NOT NULL,
    generation bigint NOT NULL,
    refreshed_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_analyze_scale_factor='0.05', autovacuum_analyze_threshold='500');

COMMENT ON TABLE analytics.session_summary_delta IS 'Rows of session_summary recomputed since the last full refresh; deleted rows hide the matview''s.';

CREATE VIEW analytics.session_summary_current AS
 SELECT d.refreshed_at AS last_refresh_at,
    d.user_id,
    d.session_id,
    d.activity_type,
    d.title,
    d.started_at,
    d.ended_at,
    d.week_start,
    d.duration_s,
    d.distance_m,
    d.total_volume_kg,
    d.avg_rpe,
    d.set_count,
    d.exercise_count,
    d.rpe_sum,
    d.rpe_count,
    d.exercise_ids
   FROM analytics.session_summary_delta d
  WHERE (NOT d.deleted)
UNION ALL
 SELECT ( SELECT ((r.stamps ->> 'session_summary'::text))::timestamp with time zone AS timestamptz
           FROM analytics.refresh_state r
          WHERE r.one) AS last_refresh_at,
    m.user_id,
    m.session_id,
    m.activity_type,
    m.title,
    m.started_at,
    m.ended_at,
    m.week_start,
    m.duration_s,
    m.distance_m,
    m.total_volume_kg,
    m.avg_rpe,
    m.set_count,
    m.exercise_count,
    m.rpe_sum,
    m.rpe_count,
    m.exercise_ids
   FROM analytics.session_summary m
  WHERE (NOT (EXISTS ( SELECT
           FROM analytics.session_summary_delta d
          WHERE ((d.user_id = m.user_id) AND (d.session_id = m.session_id)))));

COMMENT ON VIEW analytics.session_summary_current IS 'session_summary as readers see it: the delta, and the matview where the delta is silent. Columns as in session_summary_live.';

COMMENT ON COLUMN analytics.session_summary_current.last_refresh_at IS 'When this row was recomputed.';

CREATE TABLE analytics.staging_triggers (
    table_name text NOT NULL,
    trigger_name text NOT NULL
);

COMMENT ON TABLE analytics.staging_triggers IS 'The triggers that the applied definitions make: an audit looks whether they are there and fire.';

CREATE MATERIALIZED VIEW analytics.weekly_aggregates
WITH (autovacuum_vacuum_scale_factor='0.005', autovacuum_vacuum_threshold='500', autovacuum_vacuum_insert_scale_factor='0.005', autovacuum_vacuum_insert_threshold='500') AS
 SELECT v.user_id,
    v.week_start,
    v.session_count,
    v.total_distance_m,
    v.total_duration_s,
    v.total_volume_kg,
    v.avg_rpe,
    v.set_count,
    v.exercise_count,
    v.rpe_sum,
    v.rpe_count,
    v.exercise_ids,
    NULL::boolean AS never_alike
   FROM ( SELECT n.user_id,
            n.week_start,
            n.session_count,
            n.total_distance_m,
            n.total_duration_s,
            n.total_volume_kg,
            n.avg_rpe,
            n.set_count,
            n.exercise_count,
            n.rpe_sum,
            n.rpe_count,
            n.exercise_ids
           FROM analytics.weekly_aggregates_narrow(NULL::uuid[], NULL::analytics.session_totals[], true) n(user_id, week_start, session_count, total_distance_m, total_duration_s, total_volume_kg, avg_rpe, set_count, exercise_count, rpe_sum, rpe_count, exercise_ids)) v
  WITH NO DATA;

COMMENT ON MATERIALIZED VIEW analytics.weekly_aggregates IS 'Pre-computed weekly_aggregates, as of its stamp in refresh_state; read weekly_aggregates_current.';

COMMENT ON COLUMN analytics.weekly_aggregates.never_alike IS 'Always null: spares REFRESH … CONCURRENTLY the search for rows that are alike, which the key excludes.';

CREATE TABLE analytics.weekly_aggregates_delta (
    user_id uuid NOT NULL,
    week_start date NOT NULL,
    session_count integer,
    total_distance_m numeric,
    total_duration_s bigint,
    total_volume_kg numeric,
    avg_rpe numeric,
    set_count integer,
    exercise_count integer,
    rpe_sum numeric,
    rpe_count integer,
    exercise_ids uuid[],
    deleted boolean NOT NULL,
    generation bigint NOT NULL,
    refreshed_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_analyze_scale_factor='0.05', autovacuum_analyze_threshold='500');

COMMENT ON TABLE analytics.weekly_aggregates_delta IS 'Rows of weekly_aggregates recomputed since the last full refresh; deleted rows hide the matview''s.';

CREATE VIEW analytics.weekly_aggregates_current AS
 SELECT d.refreshed_at AS last_refresh_at,
    d.user_id,
    d.week_start,
    d.session_count,
    d.total_distance_m,
    d.total_duration_s,
    d.total_volume_kg,
    d.avg_rpe,
    d.set_count,
    d.exercise_count,
    d.rpe_sum,
    d.rpe_count,
    d.exercise_ids
   FROM analytics.weekly_aggregates_delta d
  WHERE (NOT d.deleted)
UNION ALL
 SELECT ( SELECT ((r.stamps ->> 'weekly_aggregates'::text))::timestamp with time zone AS timestamptz
           FROM analytics.refresh_state r
          WHERE r.one) AS last_refresh_at,
    m.user_id,
    m.week_start,
    m.session_count,
    m.total_distance_m,
    m.total_duration_s,
    m.total_volume_kg,
    m.avg_rpe,
    m.set_count,
    m.exercise_count,
    m.rpe_sum,
    m.rpe_count,
    m.exercise_ids
   FROM analytics.weekly_aggregates m
  WHERE (NOT (EXISTS ( SELECT
           FROM analytics.weekly_aggregates_delta d
          WHERE ((d.user_id = m.user_id) AND (d.week_start = m.week_start)))));

COMMENT ON VIEW analytics.weekly_aggregates_current IS 'weekly_aggregates as readers see it: the delta, and the matview where the delta is silent. Columns as in weekly_aggregates_live.';

COMMENT ON COLUMN analytics.weekly_aggregates_current.last_refresh_at IS 'When this row was recomputed.';

CREATE VIEW analytics.weekly_aggregates_live AS
 SELECT n.user_id,
    n.week_start,
    n.session_count,
    n.total_distance_m,
    n.total_duration_s,
    n.total_volume_kg,
    n.avg_rpe,
    n.set_count,
    n.exercise_count,
    n.rpe_sum,
    n.rpe_count,
    n.exercise_ids
   FROM analytics.weekly_aggregates_narrow(NULL::uuid[], NULL::analytics.session_totals[], false) n(user_id, week_start, session_count, total_distance_m, total_duration_s, total_volume_kg, avg_rpe, set_count, exercise_count, rpe_sum, rpe_count, exercise_ids);

COMMENT ON VIEW analytics.weekly_aggregates_live IS 'Per user and week, straight from core: the definition of the aggregate weekly_aggregates.';

COMMENT ON COLUMN analytics.weekly_aggregates_live.week_start IS 'Monday of the ISO week, in UTC.';

COMMENT ON COLUMN analytics.weekly_aggregates_live.session_count IS 'Sessions that started in the week, open ones included.';

COMMENT ON COLUMN analytics.weekly_aggregates_live.total_distance_m IS 'Metres over the sessions that have a distance; to 100 decimals.';

COMMENT ON COLUMN analytics.weekly_aggregates_live.total_duration_s IS 'Seconds over the sessions that have a duration.';

COMMENT ON COLUMN analytics.weekly_aggregates_live.total_volume_kg IS 'Kilograms: sum of the sessions'' volumes; to 100 decimals.';

COMMENT ON COLUMN analytics.weekly_aggregates_live.avg_rpe IS 'Mean RPE over all working sets of the week that have one, two decimals; null when none has.';

COMMENT ON COLUMN analytics.weekly_aggregates_live.set_count IS 'Working sets of the week.';

COMMENT ON COLUMN analytics.weekly_aggregates_live.exercise_count IS 'Distinct exercises of the week.';

COMMENT ON COLUMN analytics.weekly_aggregates_live.rpe_sum IS 'Sum behind avg_rpe, so that means over several weeks stay exact.';

COMMENT ON COLUMN analytics.weekly_aggregates_live.rpe_count IS 'Working sets that have an RPE.';

COMMENT ON COLUMN analytics.weekly_aggregates_live.exercise_ids IS 'The distinct exercises of the week, sorted.';

CREATE TABLE core.exercises (
    exercise_id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    muscle_group text
);

CREATE TABLE core.users (
    user_id uuid DEFAULT gen_random_uuid() NOT NULL,
    display_name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY analytics.aggregates
    ADD CONSTRAINT aggregates_pkey PRIMARY KEY (name);

ALTER TABLE ONLY analytics.heartbeat
    ADD CONSTRAINT heartbeat_pkey PRIMARY KEY (one);

ALTER TABLE ONLY analytics.personal_records_delta
    ADD CONSTRAINT personal_records_delta_pkey PRIMARY KEY (user_id, exercise_id);

ALTER TABLE ONLY analytics.refresh_events
    ADD CONSTRAINT refresh_events_pkey PRIMARY KEY (drain_number, user_id);

ALTER TABLE ONLY analytics.refresh_runs
    ADD CONSTRAINT refresh_runs_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY analytics.refresh_state
    ADD CONSTRAINT refresh_state_pkey PRIMARY KEY (one);

ALTER TABLE ONLY analytics.schema_definitions
    ADD CONSTRAINT schema_definitions_pkey PRIMARY KEY (name);

ALTER TABLE ONLY analytics.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY analytics.session_summary_delta
    ADD CONSTRAINT session_summary_delta_pkey PRIMARY KEY (user_id, session_id);

ALTER TABLE ONLY analytics.staging_triggers
    ADD CONSTRAINT staging_triggers_pkey PRIMARY KEY (table_name, trigger_name);

ALTER TABLE ONLY analytics.weekly_aggregates_delta
    ADD CONSTRAINT weekly_aggregates_delta_pkey PRIMARY KEY (user_id, week_start);

ALTER TABLE ONLY core.exercises
    ADD CONSTRAINT exercises_pkey PRIMARY KEY (exercise_id);

ALTER TABLE ONLY core.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY core.sets
    ADD CONSTRAINT sets_pkey PRIMARY KEY (set_id);

ALTER TABLE ONLY core.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (user_id);

CREATE UNIQUE INDEX personal_records_key ON analytics.personal_records USING btree (user_id, exercise_id);

CREATE INDEX refresh_events_refreshed ON analytics.refresh_events USING btree (refreshed_at);

CREATE INDEX refresh_events_user ON analytics.refresh_events USING btree (user_id, drain_number);

CREATE INDEX refresh_runs_started ON analytics.refresh_runs USING btree (kind, started_at);

CREATE INDEX session_summary_delta_session_id ON analytics.session_summary_delta USING btree (session_id);

CREATE INDEX session_summary_delta_user_id_started_at_session_id ON analytics.session_summary_delta USING btree (user_id, started_at DESC, session_id DESC) WHERE (NOT deleted);

CREATE INDEX session_summary_delta_user_id_week_start ON analytics.session_summary_delta USING btree (user_id, week_start);

CREATE UNIQUE INDEX session_summary_key ON analytics.session_summary USING btree (user_id, session_id);

CREATE INDEX session_summary_session_id ON analytics.session_summary USING btree (session_id);

CREATE INDEX session_summary_user_id_started_at_session_id ON analytics.session_summary USING btree (user_id, started_at DESC, session_id DESC);

CREATE INDEX session_summary_user_id_week_start ON analytics.session_summary USING btree (user_id, week_start);

CREATE INDEX staging_changes_oldest ON analytics.staging_changes USING btree (changed_at);

CREATE INDEX staging_changes_user ON analytics.staging_changes USING btree (user_id, changed_at);

CREATE INDEX staging_changes_wide ON analytics.staging_changes USING btree (changed_at) WHERE (session_id IS NULL);

CREATE UNIQUE INDEX weekly_aggregates_key ON analytics.weekly_aggregates USING btree (user_id, week_start) INCLUDE (session_count, total_distance_m, total_duration_s, total_volume_kg, avg_rpe, set_count, exercise_count);

CREATE INDEX sessions_user_started ON core.sessions USING btree (user_id, started_at DESC, session_id DESC);

CREATE INDEX sessions_user_week ON core.sessions USING btree (user_id, ((date_trunc('week'::text, (started_at AT TIME ZONE 'UTC'::text)))::date));

CREATE INDEX sets_session ON core.sets USING btree (session_id);

CREATE INDEX sets_session_exercise ON core.sets USING btree (session_id, exercise_id);

CREATE TRIGGER analytics_stage_delete AFTER DELETE ON core.sessions REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.stage_sessions();

COMMENT ON TRIGGER analytics_stage_delete ON core.sessions IS 'Tells analytics which sessions went.';

CREATE TRIGGER analytics_stage_delete AFTER DELETE ON core.sets REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.stage_sets();

COMMENT ON TRIGGER analytics_stage_delete ON core.sets IS 'Tells analytics whose sets went.';

CREATE TRIGGER analytics_stage_insert AFTER INSERT ON core.sessions REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.stage_sessions();

COMMENT ON TRIGGER analytics_stage_insert ON core.sessions IS 'Tells analytics which sessions are new.';

CREATE TRIGGER analytics_stage_insert AFTER INSERT ON core.sets REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.stage_sets();

COMMENT ON TRIGGER analytics_stage_insert ON core.sets IS 'Tells analytics whose sets are new.';

CREATE TRIGGER analytics_stage_truncate AFTER TRUNCATE ON core.sessions FOR EACH STATEMENT EXECUTE FUNCTION analytics.stage_everything();

COMMENT ON TRIGGER analytics_stage_truncate ON core.sessions IS 'Tells analytics that all sessions went.';

CREATE TRIGGER analytics_stage_truncate AFTER TRUNCATE ON core.sets FOR EACH STATEMENT EXECUTE FUNCTION analytics.stage_everything();

COMMENT ON TRIGGER analytics_stage_truncate ON core.sets IS 'Tells analytics that all sets went.';

CREATE TRIGGER analytics_stage_update AFTER UPDATE ON core.sessions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.stage_sessions();

COMMENT ON TRIGGER analytics_stage_update ON core.sessions IS 'Tells analytics which sessions changed or moved.';

CREATE TRIGGER analytics_stage_update AFTER UPDATE ON core.sets REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics.stage_sets();

COMMENT ON TRIGGER analytics_stage_update ON core.sets IS 'Tells analytics whose sets changed or moved.';

ALTER TABLE ONLY core.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES core.users(user_id) ON DELETE CASCADE;

ALTER TABLE ONLY core.sets
    ADD CONSTRAINT sets_exercise_id_fkey FOREIGN KEY (exercise_id) REFERENCES core.exercises(exercise_id) ON DELETE CASCADE;

ALTER TABLE ONLY core.sets
    ADD CONSTRAINT sets_session_id_fkey FOREIGN KEY (session_id) REFERENCES core.sessions(session_id) ON DELETE CASCADE;

-- Freshness, in the snapshot of the statement that calls it: call it from the statement that reads what it describes.
--
-- Pending for a user = staged rows that hint them, rows whose session now belongs to them, rows for everyone, and, where
-- the matviews are read alone, their delta rows. Beyond 1,000 staged rows the sessions' owners are not looked up any
-- more: everybody then counts at least one pending change (a conservative yes).
--
-- 'Now' is the transaction's time: a statement of its own begins before its snapshot is taken. statement_timestamp()
-- would be too late, because the extended protocol takes the snapshot at Bind and that stamp again at Execute.
--
-- On a replica nothing is complete beyond the latest heartbeat that it has replayed: as_of is no later, and lag_s
-- counts from there. pending_changes counts what has reached the replica.
--
-- Replaced in place: a reader that has planned with a function that is dropped then fails, and readers go on while a
-- new version is brought in. Only where the columns are others is it dropped.
do $columns$
begin
    if pg_get_function_result(to_regprocedure('analytics.freshness(uuid[], text, text)')) <>
       'TABLE(user_id uuid, as_of timestamp with time zone, last_refresh_at timestamp with time zone, '
       'pending_changes integer, lag_s double precision, verified_at timestamp with time zone)' then
        drop function analytics.freshness(uuid[], text, text);
    end if;
    if pg_get_function_result(to_regprocedure('analytics.service_freshness(text)')) <>
       'TABLE(as_of timestamp with time zone, last_refresh_at timestamp with time zone, pending_changes integer, '
       'lag_s double precision, verified_at timestamp with time zone, catch_up_s double precision)' then
        drop function analytics.service_freshness(text);
    end if;
end
$columns$;
create or replace view analytics.queue_state as
select s.last_incremental_at, s.stamps, s.verified,
       (select min((s.stamps ->> a.name)::timestamptz) from analytics.aggregates as a) as oldest_stamp,
       (select case when bool_and(s.verified ? a.name) then min((s.verified ->> a.name)::timestamptz) end
        from analytics.aggregates as a) as oldest_verified,
       (select true from analytics.staging_changes as c order by c.changed_at limit 1) is null
       and not pg_is_in_recovery() as is_settled
from analytics.refresh_state as s;

comment on view analytics.queue_state is
    'When drains and refreshes last changed something, and whether nothing is staged at all: then every answer from '
    '*_current is complete. Never on a replica.';

-- What is staged for each of the users, by looking at the whole queue.
create or replace function analytics.queue_of(user_ids uuid[])
    returns table (user_id uuid, rows bigint, oldest timestamptz)
    language sql stable
as $queue$
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
$queue$;

comment on function analytics.queue_of is
    'Staged changes that hint each of the users, whose session is now theirs, or that are for everyone. Only those who have any.';

create or replace function analytics.counted_freshness(user_ids uuid[], source text, aggregate text)
    returns table (user_id uuid, as_of timestamptz, last_refresh_at timestamptz, pending_changes int, lag_s float8,
                   verified_at timestamptz)
    language plpgsql stable security definer rows 50
    set search_path = pg_catalog, pg_temp
as $counted$
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
                -- for each aggregate: delta rows
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
$counted$;

comment on function analytics.counted_freshness is
    'As analytics.freshness, which asks it where something may be pending.';

-- In SQL and with the caller's rights, so that it becomes a part of the statement that calls it: by day and by night most
-- answers find an empty queue, and to say so must not cost more than the data (measured: three quarters of twelve weeks).
create or replace function analytics.freshness(user_ids uuid[], source text, aggregate text default null)
    returns table (user_id uuid, as_of timestamptz, last_refresh_at timestamptz, pending_changes int, lag_s float8,
                   verified_at timestamptz)
    language sql stable rows 50
as $freshness$
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
$freshness$;

comment on function analytics.freshness is
    'How fresh an answer read in the same statement is, per user. source: INCREMENTAL (*_current), MATVIEW or LIVE; '
    'aggregate: whose stamp counts, null for the oldest of all.';

-- The same for the whole service. pending_changes is exact up to 100,000 and stays there beyond.
create or replace function analytics.service_freshness(source text)
    returns table (as_of timestamptz, last_refresh_at timestamptz, pending_changes int, lag_s float8,
                   verified_at timestamptz, catch_up_s float8)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
as $service$
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
$service$;

comment on function analytics.service_freshness is
    'How fresh the whole service is, read from the given source; catch_up_s: seconds until what is staged will be drained, '
    'by the pace of the last half minute.';

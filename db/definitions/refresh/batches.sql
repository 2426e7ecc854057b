-- Which staged changes a drain takes next, and what becomes of one whose recomputation fails.
create or replace function analytics.next_batch(max_rows int, max_users int, changed_since timestamptz) returns tid[]
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    set enable_seqscan = off
as $batch$
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
$batch$;

comment on function analytics.next_batch is
    'The staged changes that a drain takes: three parts of the oldest and one of the newest, and a few whole users; none '
    'that is set aside for later.';

-- Backs off from ten seconds to an hour.
create or replace function analytics.set_aside(staged tid, fault text) returns void
    language sql volatile
    set search_path = pg_catalog, pg_temp
as $aside$
    update analytics.staging_changes as c
    set attempts = coalesce(c.attempts, 0) + 1,
        retry_at = statement_timestamp() + least(interval '5 seconds' * 2 ^ least(coalesce(c.attempts, 0) + 1, 10), interval '1 hour'),
        error = fault
    where c.ctid = staged
$aside$;

comment on function analytics.set_aside is
    'Marks a staged change whose recomputation failed: it stays pending, and is tried again later, ever more rarely.';

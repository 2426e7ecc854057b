-- Which staged changes a drain takes next, and what becomes of one whose recomputation fails.
create or replace function analytics.next_batch(max_rows int, max_users int, changed_since timestamptz) returns tid[]
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    set enable_seqscan = off
as $batch$
begin
    return array(
        -- The oldest, so that everything gets its turn.
        (select n.ctid from analytics.staging_changes as n
         where (n.session_id is not null or (n.user_id is not null and n.week is not null))
           and (n.retry_at is null or n.retry_at <= statement_timestamp())
           and (changed_since is null or n.changed_at >= changed_since)
         order by n.changed_at
         limit max_rows - max_rows / 4)
        union
        -- The newest, so that whoever trains just now does not wait for a bulk load to be worked off.
        (select n.ctid from analytics.staging_changes as n
         where (n.session_id is not null or (n.user_id is not null and n.week is not null))
           and (n.retry_at is null or n.retry_at <= statement_timestamp())
           and (changed_since is null or n.changed_at >= changed_since)
         order by n.changed_at desc
         limit max_rows / 4)
        union
        -- Whole users are taken a few at a time: each may stand for thousands of keys.
        (select n.ctid from analytics.staging_changes as n
         where n.session_id is null and n.week is null and n.user_id is not null
           and (n.retry_at is null or n.retry_at <= statement_timestamp())
         order by n.changed_at
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

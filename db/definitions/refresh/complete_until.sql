-- Up to when this server has everything that was committed: on the primary the transaction's own time, on a replica the
-- heartbeat in the caller's snapshot.
create or replace function analytics.complete_until() returns timestamptz
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
as $complete_until$
begin
    if pg_is_in_recovery() then
        return (select least(h.beat_at, transaction_timestamp()) from analytics.heartbeat as h);
    end if;
    return transaction_timestamp();
end
$complete_until$;

comment on function analytics.complete_until is
    'Every change committed before this instant is in the caller''s snapshot: the transaction''s time, on a replica no '
    'later than the latest heartbeat that has been replayed.';

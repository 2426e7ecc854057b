-- The advisory locks of the refresh engine, by name, so that no number stands in two places.
create or replace function analytics.lock_id(purpose text) returns bigint
    language sql immutable strict parallel safe
    return case purpose
        when 'drain' then 4702110001          -- one drain, or one step that must not meet a drain
        when 'full-refresh' then 4702110002   -- one full refresh, over several transactions
    end;

comment on function analytics.lock_id is 'Key of an advisory lock: drain or full-refresh.';

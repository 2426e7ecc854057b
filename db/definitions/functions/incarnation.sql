-- Differs wherever the history of drains may have been forked: another database (restored beside, or under the same name),
-- a table whose content was replaced in place, another timeline (a restore to a point in time, a standby promoted).
create or replace function analytics.incarnation() returns text
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
as $$
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

comment on function analytics.incarnation is
    'A text that another database, a restored one or a promoted standby does not have; asked on the primary.';

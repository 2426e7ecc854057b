-- The primary's sign of life, by which a replica's answer knows how far it reaches.
-- Why: what has not been replicated yet leaves no trace on a replica; a row that is written each second does, because
-- whatever was committed before it was written comes before it in the log.
-- Locks: none that anyone else could wait for; the table is new.

create table analytics.heartbeat (
    one     boolean     not null default true,
    beat_at timestamptz not null,
    constraint heartbeat_pkey primary key (one),
    constraint heartbeat_one_check check (one)
) with (
    -- Room on its page, so that each beat replaces an older one there (HOT, the indexed column does not change) even
    -- while some transaction stays open for a minute or two.
    fillfactor = 10,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 200,
    -- Giving pages back takes a lock that replicas replay and that cancels whoever reads there.
    vacuum_truncate = false
);
insert into analytics.heartbeat (beat_at) values (clock_timestamp());

comment on table analytics.heartbeat is
    'One row: the latest beat of the primary''s clock, written each second by servers that read from replicas.';
comment on column analytics.heartbeat.beat_at is
    'Taken before its own commit: whoever sees it sees everything that was committed before that instant.';

-- transaction: none
-- The indexes on core that keep every drain and every read an index probe.
-- Why: a week is recomputed from (user_id, its Monday), a session from its sets, a page of sessions in Live mode from
-- (user_id, started_at).
-- Locks: built concurrently, so that an app that is already running goes on writing.

create index concurrently if not exists sessions_user_week
    on core.sessions (user_id, ((date_trunc('week', started_at at time zone 'UTC'))::date));
create index concurrently if not exists sessions_user_started
    on core.sessions (user_id, started_at desc, session_id desc);
create index concurrently if not exists sets_session
    on core.sets (session_id);

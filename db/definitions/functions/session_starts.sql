-- When each session started, for whoever may not read core.sessions: a function that a view calls reads with the rights of
-- whoever asks, a view with its owner's.
create or replace view analytics.session_starts_live as
select s.session_id, s.started_at from core.sessions as s;

comment on view analytics.session_starts_live is 'Per session, straight from core: when it started.';

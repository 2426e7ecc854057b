-- When each session started and whose it is, for whoever may not read all of core.sessions: a function that a view calls
-- reads with the rights of whoever asks, a view with its owner's.
create or replace view analytics.session_starts_live as
select s.session_id, s.started_at, s.user_id from core.sessions as s;

comment on view analytics.session_starts_live is 'Per session, straight from core: when it started, and whose it is.';

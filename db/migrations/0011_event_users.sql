-- The latest drain that changed something of a user, found by a probe.
-- Why: a conditional request is answered 'not modified' by that number, for fifty users in one statement.
-- Lock: writers of the engine's own event table, while it is built over two days of events.

create index refresh_events_user on analytics.refresh_events (user_id, drain_number);

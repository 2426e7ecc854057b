-- One index fewer on the queue of staged changes.
-- Why: what was set aside is found by no query of its own, and every index on the queue is paid for by the app's writes.
-- Locks: the queue, for an instant.

drop index analytics.staging_changes_set_aside;

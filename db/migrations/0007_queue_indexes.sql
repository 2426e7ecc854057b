-- What the app's writes pay for the queue of staged changes: one index fewer, and one row a session instead of one for each
-- of its exercises (the trigger's doing; here only the comment).
-- Why: what was set aside is found by no query of its own, and triggers cost the app throughput.
-- Locks: the queue, for an instant.

drop index analytics.staging_changes_set_aside;
comment on column analytics.staging_changes.exercise_id is
    'The exercise whose sets changed; null where there are several, or the session itself changed.';

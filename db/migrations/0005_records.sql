-- What personal records, set-aside changes and audits need.
-- Why: a record is looked for in one user's sessions and one exercise, so each session is asked for that exercise's
-- sets alone; a change whose recomputation fails is set aside and tried again later, still counted as pending.
-- Locks: brief, on the engine's own tables.

alter table analytics.refresh_state
    add column folded_generation bigint not null default 1,
    add column verified jsonb not null default '{}';
-- A full refresh may be running while this is applied: until the next one is done, drains recompute every record.
update analytics.refresh_state set folded_generation = 0;
comment on column analytics.refresh_state.folded_generation is
    'Generation of the latest full refresh that was completed; below generation while one runs.';
comment on column analytics.refresh_state.verified is
    'Aggregate name to the instant of the latest audit or verification that looked at it.';

alter table analytics.staging_changes
    add column attempts int,
    add column retry_at timestamptz,
    add column error text;
create index staging_changes_set_aside on analytics.staging_changes (retry_at) where retry_at is not null;
comment on column analytics.staging_changes.attempts is 'How often its recomputation failed; null when it never did.';
comment on column analytics.staging_changes.retry_at is
    'Set aside until then, because its recomputation failed; pending all the same. Null: not set aside.';
comment on column analytics.staging_changes.error is 'Why its recomputation failed the last time, for an operator.';


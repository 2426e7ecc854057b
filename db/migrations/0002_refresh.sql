-- The queue of staged changes, the state and the history of the refresh engine.
-- Why: see docs/adr/0001; each setting below is there for a queue that is written and emptied all day.
-- Locks: none that anyone else could wait for; every table is new.

-- No unique key and no foreign key: with one, a writer that skips its row while another transaction's drain deletes
-- the twin would lose a change for good.
create table analytics.staging_changes (
    user_id     uuid,
    session_id  uuid,
    week        date,
    exercise_id uuid,
    changed_at  timestamptz not null default clock_timestamp(),
    -- The full refresh that contains this row; set before its REFRESH, deleted after it.
    folded_by   bigint
) with (
    -- Dead rows at the head of the queue cost every poll and every read: clear them early and at full speed.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 100000
);
create index staging_changes_user on analytics.staging_changes (user_id, changed_at);
create index staging_changes_oldest on analytics.staging_changes (changed_at);
create index staging_changes_wide on analytics.staging_changes (changed_at) where session_id is null;

comment on table analytics.staging_changes is
    'Append-only queue of what changed. Only a user: that whole user. No user and no session: a full refresh, pending '
    'for everyone until it is done. Filled by triggers on core and by enqueueRefresh; read and cleared by the drain.';
comment on column analytics.staging_changes.user_id is
    'Whose data changed; for changed sets a hint only: the drain resolves the present owner itself.';
comment on column analytics.staging_changes.session_id is 'The session that changed; null for a whole user or a week.';
comment on column analytics.staging_changes.week is 'Any day of the week that changed; the drain takes its Monday.';
comment on column analytics.staging_changes.exercise_id is 'The exercise whose sets changed.';
comment on column analytics.staging_changes.changed_at is
    'When it was written, before its transaction committed: never later than the change became visible.';
comment on column analytics.staging_changes.folded_by is 'Generation of the full refresh that contains this change.';

create table analytics.refresh_state (
    one                  boolean     not null default true,
    mode                 text        not null,
    generation           bigint      not null default 1,
    drain_number         bigint      not null default 0,
    last_incremental_at  timestamptz,
    last_full_refresh_at timestamptz,
    stamps               jsonb       not null default '{}',
    constraint refresh_state_pkey primary key (one),
    constraint refresh_state_one_check check (one),
    constraint refresh_state_mode_check check (mode in ('Incremental', 'NightlyOnly', 'Live'))
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

comment on table analytics.refresh_state is 'One row: the mode, the generation and the stamps of the refresh engine.';
comment on column analytics.refresh_state.mode is
    'Incremental (delta over the matviews), NightlyOnly (the matviews alone) or Live (the plain views).';
comment on column analytics.refresh_state.generation is
    'Raised under the drain''s lock before each full refresh; delta rows of older generations are in the matviews.';
comment on column analytics.refresh_state.drain_number is 'Number of the latest drain that changed something.';
comment on column analytics.refresh_state.last_incremental_at is 'When the latest drain that changed something began.';
comment on column analytics.refresh_state.last_full_refresh_at is
    'When the latest full refresh that succeeded for every aggregate began to read.';
comment on column analytics.refresh_state.stamps is
    'Aggregate name to the instant just before its latest REFRESH: no row of that matview is newer, none is missing.';

create table analytics.refresh_runs (
    run_id         bigint      not null generated always as identity,
    kind           text        not null,
    outcome        text        not null,
    started_at     timestamptz not null,
    ended_at       timestamptz,
    staged_changes bigint      not null default 0,
    keys           bigint      not null default 0,
    error          text,
    constraint refresh_runs_pkey primary key (run_id),
    constraint refresh_runs_kind_check check (kind in ('INCREMENTAL', 'FULL', 'AUDIT')),
    constraint refresh_runs_outcome_check check (outcome in ('RUNNING', 'SUCCEEDED', 'FAILED'))
);
create index refresh_runs_started on analytics.refresh_runs (kind, started_at);
comment on table analytics.refresh_runs is 'Each refresh run that did something, or tried to; kept as long as housekeeping says.';
comment on column analytics.refresh_runs.staged_changes is 'Staged changes that the run took off the queue.';
comment on column analytics.refresh_runs.keys is 'Aggregate rows that the run recomputed (0 for a full refresh: all of them).';
comment on column analytics.refresh_runs.error is 'Why it failed, for an operator; null when it succeeded.';

create table analytics.refresh_events (
    drain_number bigint      not null,
    user_id      uuid        not null,
    weeks        date[]      not null,
    session_ids  uuid[]      not null,
    refreshed_at timestamptz not null default statement_timestamp(),
    constraint refresh_events_pkey primary key (drain_number, user_id)
);
create index refresh_events_refreshed on analytics.refresh_events (refreshed_at);
comment on table analytics.refresh_events is
    'What each drain changed: one row a drain and user. Drain numbers are assigned under the drain''s lock, so a reader '
    'that knows the last number it saw misses nothing.';

create table analytics.aggregates (
    name        text   not null,
    key_columns text[] not null,
    columns     text[] not null,
    ordinal     int    not null,
    constraint aggregates_pkey primary key (name)
);
comment on table analytics.aggregates is 'The declared aggregates, as the migrator made them from db/definitions/aggregates.';

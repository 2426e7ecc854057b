-- Aggregates whose matview is made of the session_summary that was just refreshed.
-- Why: a full refresh aggregated every set once for each aggregate; a week is the sum of its sessions' rows.
-- Lock: the engine's own table, for an instant.

alter table analytics.aggregates add column is_folded boolean not null default false;
comment on column analytics.aggregates.is_folded is
    'The matview is made of session_summary and shares its stamp: it is refreshed after it, and not when that failed.';

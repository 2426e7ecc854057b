-- What a drain must know to end the full refresh that another process began and did not live to end.
-- Why: until that is ended drains look for each record in all of a user's sessions, and what was drained beside it and
-- compared with rows that its REFRESH has replaced since must be looked at once more.
-- Lock: the engine's own row, for an instant.

alter table analytics.refresh_state add column folding_from bigint;
comment on column analytics.refresh_state.folding_from is
    'drain_number when the full refresh began that has not ended; null: none has begun, or by a server of the version before.';
comment on column analytics.refresh_state.folded_generation is
    'Generation of the latest full refresh that ended, well or not; below generation while one runs.';

-- What folding_from says since a full refresh stages what was drained meanwhile at the end of each REFRESH that may meet it.
-- Lock: the catalog row of a comment.
comment on column analytics.refresh_state.folding_from is
    'drain_number up to which what was drained beside the full refresh that runs is staged once more; null: none runs, or '
    'it was begun by a server of a version before.';

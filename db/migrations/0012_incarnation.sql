-- Which database this is, so that the engine notices when it goes on in a restored one.
-- Why: a backup holds the drain number of its day. Counted on from there, numbers that clients know (of the last event they
-- heard, or in the tag of an answer they keep) would come to stand for other drains.
-- Lock: the engine's own row, for an instant.

alter table analytics.refresh_state add column incarnation text;
comment on column analytics.refresh_state.incarnation is
    'What analytics.incarnation() said at the latest drain; where it says otherwise the next drain leaves a gap in the numbers.';

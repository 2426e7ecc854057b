-- Says what the schemas are for, to whoever opens the database in a client.
-- Locks: none that anyone else could wait for.
comment on schema analytics is 'Workout aggregates and the engine that keeps them: read the views that end in _current.';
comment on schema quartz is 'The clustered scheduler''s own tables (Quartz.NET).';

-- A sum of measured amounts that an index can carry. A number may have 16,383 decimals, a row of an index 2,704 bytes, and one
-- that is longer would fail the whole refresh: beyond the hundredth decimal it is rounded.
create or replace function analytics.indexable(amount numeric) returns numeric
    language sql immutable parallel safe
    return case when scale(amount) > 100 then round(amount, 100) else amount end;

comment on function analytics.indexable is 'The amount, rounded to 100 decimals where it has more.';

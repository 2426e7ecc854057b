-- A measurement that can be counted: NaN, the infinities and anything from 1e100 up count as nothing, so that one bad
-- row neither raises in a refresh nor poisons a sum that readers take as a double.
create or replace function analytics.measured(amount numeric) returns numeric
    language sql immutable parallel safe
    return case when abs(amount) < 1e100 then amount end;

comment on function analytics.measured is 'The amount, or null when it is NaN, infinite or beyond 1e100.';

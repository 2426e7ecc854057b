-- The Monday of a day's ISO week. By subtraction, because a date reaches further than a timestamp and a cast would raise.
create or replace function analytics.monday_of(day date) returns date
    language sql immutable parallel safe
    return case when isfinite(day) then day - (extract(isodow from day)::int - 1) else day end;

comment on function analytics.monday_of is 'The Monday of the ISO week that a day belongs to; an infinite day is itself.';

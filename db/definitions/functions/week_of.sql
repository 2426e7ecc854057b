-- The week an instant belongs to: the Monday of its ISO week in UTC.
-- Never change what it returns: core.sessions_user_week and every stored week are built on this expression.
create or replace function analytics.week_of(instant timestamptz) returns date
    language sql immutable parallel safe
    return (date_trunc('week', instant at time zone 'UTC'))::date;

comment on function analytics.week_of is 'The Monday of the ISO week, in UTC, that an instant belongs to.';

-- What consistency FRESH lays over the current views: the users' pending keys, recomputed from the live views in the
-- snapshot of the statement that asks. Pending is the same set as freshness counts.
--
-- A user is read live as a whole where that is cheaper to find out about: more than 500 of their changes are staged, more
-- than 1,000 in all (whose sessions they are is then not looked up), a whole user or a full refresh among them. Such a
-- user gets one row whose key is null.
create or replace function analytics.pending_changes(user_ids uuid[])
    returns table (user_id uuid, session_id uuid, week date, exercise_id uuid, read_live boolean)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    set enable_seqscan = off
as $pending$
#variable_conflict use_column
declare
    queue_limit constant int := 1000;
    user_limit constant int := 500;
    staged int;
begin
    select count(*) into staged
    from (select from analytics.staging_changes as c order by c.changed_at limit queue_limit + 1) as c;
    if staged = 0 then
        return;
    end if;
    if staged > queue_limit then
        return query select u, null::uuid, null::date, null::uuid, true from (select distinct unnest(user_ids)) as x (u);
        return;
    end if;
    return query
    with theirs as materialized (
        select c.user_id, c.session_id, analytics.monday_of(c.week) as week, c.exercise_id, s.user_id as owner_id
        from analytics.staging_changes as c
        left join core.sessions as s on s.session_id = c.session_id
        -- Rows of deleted sessions know no user: whoever had the session is found by it.
        where c.user_id is null or c.user_id = any (user_ids) or s.user_id = any (user_ids)
    ),
    whole as materialized (
        select u.id from (select distinct unnest(user_ids)) as u (id)
        where exists (select from theirs as t where t.session_id is null and t.user_id is null)
           or exists (select from theirs as t where t.user_id = u.id and t.session_id is null and t.week is null)
           or (select count(*) from theirs as t where u.id in (t.user_id, t.owner_id)) > user_limit
    )
    select t.user_id, t.session_id, t.week, t.exercise_id, false
    from theirs as t
    where t.session_id is not null or t.week is not null
    union all
    select w.id, null, null, null, true from whole as w;
end
$pending$;

comment on function analytics.pending_changes is
    'The staged changes that concern the given users, as they were staged; read_live: too many, or all of the user.';

-- for each aggregate: pending

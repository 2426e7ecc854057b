-- What each role may do in this database: a row for each privilege that is wanted, whether it is held, whether whoever
-- asks could give it, and the statement that gives it. The one list that 'migrate' applies, 'roles' prints and 'doctor'
-- compares. It follows the catalogue, so that an aggregate of one's own has its privileges from its first day.
--
-- analytics_reader     reads what an answer is made of, and stages
-- analytics_refresher  is a reader, and does what the jobs do
-- analytics_migrator   owns the schema analytics
-- public               executes nothing that reads or writes a table
with relations as materialized (
    select c.oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind, c.relowner as owner,
           format('%I.%I', n.nspname, c.relname) as object
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('analytics', 'core') and c.relkind in ('r', 'p', 'v', 'm', 'f')
),
routines as materialized (
    -- What only computes from its arguments is left to everyone: the views call it with the rights of whoever asks.
    select p.oid, p.proname::text as name, p.proowner as owner, p.prokind::text as kind, p.proacl as acl,
           format('routine analytics.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) as object
    from pg_proc as p
    where p.pronamespace = (select n.oid from pg_namespace as n where n.nspname = 'analytics') and p.provolatile <> 'i'
),
wanted (ordinal, role, kind, oid, owner, object, privileges, columns) as (
    select 1, r.role, 'database', d.oid, d.datdba, format('database %I', d.datname), r.privileges, null::text[]
    from pg_database as d
    cross join (values ('analytics_reader', array['connect']),
                       ('analytics_migrator', array['connect', 'create', 'temporary'])) as r (role, privileges)
    where d.datname = current_database()
    union all
    select 2, r.role, 'schema', n.oid, n.nspowner, format('schema %I', n.nspname), r.privileges, null
    from pg_namespace as n
    join (values ('analytics_reader', 'analytics', array['usage']), ('analytics_reader', 'core', array['usage']),
                 ('analytics_refresher', 'quartz', array['usage', 'create']),
                 ('analytics_migrator', 'core', array['usage', 'create'])) as r (role, schema, privileges) on r.schema = n.nspname
    union all
    -- The deltas and matviews are the layers of *_current: the same rows, asked one by one for the sake of their plans.
    select 3, 'analytics_reader', 'table', c.oid, c.owner, c.object, array['select'], null
    from relations as c
    where c.schema = 'analytics'
      and (c.kind in ('v', 'm') or c.name ~ '_delta(_next)?$'
           or c.name in ('refresh_state', 'refresh_runs', 'refresh_events'))
    union all
    select 4, r.role, 'table', c.oid, c.owner, c.object, array[r.privilege], r.columns
    from relations as c
    join (values
        ('analytics_reader', 'core', 'users', 'select', array['user_id', 'display_name']),
        ('analytics_reader', 'core', 'exercises', 'select', null),
        ('analytics_reader', 'core', 'sessions', 'select', array['session_id', 'user_id']),
        -- Not changed_at: freshness rests on it.
        ('analytics_reader', 'analytics', 'staging_changes', 'insert', array['user_id', 'session_id', 'week', 'exercise_id']),
        -- The live views and the definer functions read with their owner's rights.
        ('analytics_migrator', 'core', 'users', 'select', null),
        ('analytics_migrator', 'core', 'exercises', 'select', null),
        ('analytics_migrator', 'core', 'sessions', 'select', null),
        ('analytics_migrator', 'core', 'sets', 'select', null)
    ) as r (role, schema, name, privilege, columns) on (r.schema, r.name) = (c.schema, c.name)
    union all
    select 5, 'analytics_refresher', 'table', c.oid, c.owner, c.object, r.privileges, null
    from relations as c
    join (values
        ('staging_changes', array['select', 'insert', 'update', 'delete']),
        ('refresh_state', array['select', 'update']),
        ('refresh_runs', array['select', 'insert', 'update', 'delete']),
        ('refresh_events', array['select', 'delete']),
        ('heartbeat', array['select', 'update']),
        ('_delta', array['select', 'delete']),
        ('_delta_next', array['select', 'delete']),
        ('aggregates', array['select']),
        ('staging_triggers', array['select']),
        ('schema_migrations', array['select']),
        ('schema_definitions', array['select'])
    ) as r (name, privileges) on r.name = c.name or (r.name like '\_delta%' and c.name ~ (r.name || '$'))
    where c.schema = 'analytics' and c.kind = 'r'
    union all
    select 6, 'analytics_reader', 'routine', p.oid, p.owner, p.object, array['execute'], null
    from routines as p
    where p.name in ('freshness', 'counted_freshness', 'service_freshness', 'complete_until', 'read_versions') or p.name ~ '_(pending|narrow)(_next)?$'
    union all
    select 7, 'analytics_refresher', 'routine', p.oid, p.owner, p.object, array['execute'], null
    from routines as p where p.name in ('drain', 'refresh_aggregate', 'stage_again', 'end_folding', 'give_up_full_refresh')
    union all
    -- What a trigger function or a drain does with its owner's rights, nobody else may set off.
    select 8, 'public', 'routine', p.oid, p.owner, p.object, array['execute'], null from routines as p
)
select w.role, w.object as target, w.privileges, w.columns,
       array_to_string(w.privileges, ', ') || coalesce(' (' || array_to_string(w.columns, ', ') || ')', '') || ' on ' || w.object as privilege,
       r.oid is not null or w.role = 'public' as role_exists,
       pg_has_role(current_user, w.owner, 'usage') as may_grant,
       case
           when w.role = 'public' then not exists (
               select from pg_proc as p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
               where p.oid = w.oid and a.grantee = 0)
           when r.oid is null then false
           when w.kind = 'database' then (select bool_and(has_database_privilege(r.oid, w.oid, p)) from unnest(w.privileges) as p)
           when w.kind = 'schema' then (select bool_and(has_schema_privilege(r.oid, w.oid, p)) from unnest(w.privileges) as p)
           -- Not through what everyone has, which is about to be taken away.
           when w.kind = 'routine' then exists (
               select from pg_proc as p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
               where p.oid = w.oid and a.grantee <> 0 and pg_has_role(r.oid, a.grantee, 'usage'))
           when w.columns is null then (select bool_and(has_table_privilege(r.oid, w.oid, p)) from unnest(w.privileges) as p)
           else (select bool_and(has_column_privilege(r.oid, w.oid, c, w.privileges[1])) from unnest(w.columns) as c)
       end as held,
       case
           when w.role = 'public' then format('revoke all on %s from public', w.object)
           else format('grant %s%s on %s to %s', array_to_string(w.privileges, ', '),
                       coalesce(' (' || array_to_string(w.columns, ', ') || ')', ''), w.object, w.role)
       end as statement
from wanted as w
left join pg_roles as r on r.rolname = w.role
order by w.ordinal, w.role, w.object

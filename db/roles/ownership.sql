-- What belongs to somebody else than it should: a row for each object, with the statement that hands it over. The schema
-- analytics and all in it is the migrator's; the scheduler's tables, which the server creates, are the refresher's.
--
-- Tables of core that belong to a superuser become the migrator's: whoever adds an index must own the table, and a
-- membership in a superuser would be everything. Any other owner keeps them, and the migrator becomes its member.
with objects (ordinal, schema, kind, name, owner) as (
    select 1, n.nspname, 'schema', format('%I', n.nspname), n.nspowner from pg_namespace as n where n.nspname = 'analytics'
    union all
    select 2, n.nspname,
           case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'c' then 'type' else 'table' end,
           format('%I.%I', n.nspname, c.relname), c.relowner
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('analytics', 'quartz') and c.relkind in ('r', 'p', 'v', 'm', 'c')
    union all
    select 3, 'analytics', 'routine', format('analytics.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), p.proowner
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where n.nspname = 'analytics'
    union all
    select 4, n.nspname, case c.relkind when 'v' then 'view' else 'table' end, format('%I.%I', n.nspname, c.relname), c.relowner
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    join pg_roles as o on o.oid = c.relowner
    where n.nspname = 'core' and c.relkind in ('r', 'p') and o.rolsuper
),
placed as (
    select o.*, case o.schema when 'quartz' then 'analytics_refresher' else 'analytics_migrator' end as rightful
    from objects as o
)
select format('alter %s %s owner to %s', p.kind, p.name, p.rightful) as statement
from placed as p
left join pg_roles as r on r.rolname = p.rightful
where p.owner is distinct from r.oid
order by p.ordinal, p.name

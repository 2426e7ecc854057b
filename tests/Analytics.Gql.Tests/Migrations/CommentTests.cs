// Whoever opens the database in a client finds out there what each thing is.
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Migrations;

public sealed class CommentTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Every_table_view_and_function_of_analytics_has_a_comment() => Assert.Equal([], await fixture.Database.QueryAsync<string>("""
        select c.relname::text from pg_class as c
        where c.relnamespace = 'analytics'::regnamespace and c.relkind in ('r', 'v', 'm')
          and obj_description(c.oid, 'pg_class') is null
        union all
        select p.proname::text from pg_proc as p
        where p.pronamespace = 'analytics'::regnamespace and obj_description(p.oid, 'pg_proc') is null
        union all
        select t.tgrelid::regclass || '.' || t.tgname from pg_trigger as t
        where not t.tgisinternal and t.tgname like 'analytics%' and obj_description(t.oid, 'pg_trigger') is null
        union all
        select n.nspname::text from pg_namespace as n
        where n.nspname in ('analytics', 'quartz') and obj_description(n.oid, 'pg_namespace') is null
        order by 1
        """));

    /// <summary>Key columns and those that say themselves what they are need none.</summary>
    [Fact]
    public async Task Every_measure_of_a_live_view_says_its_unit_and_what_absence_means() => Assert.Equal([], await fixture.Database.QueryAsync<string>("""
        select a.attrelid::regclass || '.' || a.attname
        from pg_attribute as a
        where a.attrelid::regclass::text ~ '^analytics\..*_live$' and a.attnum > 0
          and a.attname not in ('user_id', 'session_id', 'exercise_id', 'activity_type', 'title', 'started_at', 'ended_at')
          and col_description(a.attrelid, a.attnum) is null
        """));
}

// What the reader's account may do, and each thing that it may not: asked of PostgreSQL itself.
using Analytics.Gql.Tests.Fixtures;
using Npgsql;

namespace Analytics.Gql.Tests.Roles;

public sealed class ReaderTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    [Theory]
    [InlineData("select * from analytics.session_summary_current")]
    [InlineData("select * from analytics.weekly_aggregates_current")]
    [InlineData("select * from analytics.personal_records_current")]
    [InlineData("select * from analytics.session_summary_live")]
    [InlineData("select * from analytics.weekly_aggregates_live")]
    [InlineData("select * from analytics.personal_records_live")]
    [InlineData("select * from analytics.refresh_state")]
    [InlineData("select * from analytics.refresh_runs")]
    [InlineData("select * from analytics.refresh_events")]
    [InlineData("select user_id, display_name from core.users")]
    [InlineData("select * from core.exercises")]
    [InlineData("select session_id, user_id from core.sessions")]
    [InlineData("select * from analytics.freshness(array[gen_random_uuid()], 'INCREMENTAL')")]
    [InlineData("select * from analytics.service_freshness('MATVIEW')")]
    [InlineData("select * from analytics.weekly_aggregates_pending(array[gen_random_uuid()])")]
    [InlineData("insert into analytics.staging_changes (user_id) values (gen_random_uuid())")]
    [InlineData("insert into analytics.staging_changes (user_id, session_id, week, exercise_id) values (null, gen_random_uuid(), null, null)")]
    public async Task The_reader_may(string statement) => await RunAsync(fixture.Database.ReaderConnectionString, statement);

    [Theory]
    [InlineData("select * from core.sets")]
    [InlineData("select * from core.sessions")]
    [InlineData("select started_at from core.sessions")]
    [InlineData("select title from core.sessions")]
    [InlineData("select created_at from core.users")]
    [InlineData("insert into core.users (display_name) values ('x')")]
    [InlineData("update core.sessions set user_id = user_id")]
    [InlineData("delete from core.sessions")]
    [InlineData("truncate core.sets")]
    [InlineData("select * from analytics.staging_changes")]
    [InlineData("update analytics.staging_changes set user_id = null")]
    [InlineData("delete from analytics.staging_changes")]
    [InlineData("truncate analytics.staging_changes")]
    [InlineData("insert into analytics.staging_changes (user_id, changed_at) values (null, '2000-01-01')")]
    [InlineData("insert into analytics.session_summary_delta select null")]
    [InlineData("update analytics.session_summary_delta set title = 'wrong'")]
    [InlineData("delete from analytics.weekly_aggregates_delta")]
    [InlineData("truncate analytics.personal_records_delta")]
    [InlineData("update analytics.refresh_state set mode = 'Live'")]
    [InlineData("delete from analytics.refresh_runs")]
    [InlineData("insert into analytics.refresh_events (drain_number, user_id, weeks, session_ids) values (1, gen_random_uuid(), '{}', '{}')")]
    [InlineData("refresh materialized view analytics.session_summary")]
    [InlineData("refresh materialized view concurrently analytics.session_summary")]
    [InlineData("select analytics.refresh_aggregate('session_summary')")]
    [InlineData("select * from analytics.drain(1, 1)")]
    [InlineData("select * from analytics.recompute('{}')")]
    [InlineData("select analytics.set_aside('(0,1)', 'x')")]
    [InlineData("select * from analytics.schema_migrations")]
    [InlineData("drop view analytics.session_summary_current")]
    [InlineData("alter table core.sets disable trigger analytics_stage_insert")]
    [InlineData("create table analytics.mine ()")]
    [InlineData("create table core.mine ()")]
    [InlineData("create table quartz.mine ()")]
    [InlineData("set role analytics_refresher")]
    [InlineData("create temporary table mine (a int); create trigger t after insert on mine execute function analytics.stage_everything()")]
    public async Task The_reader_may_not(string statement)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(fixture.Database.ReaderConnectionString, statement));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Theory]
    [InlineData("select * from analytics.drain(1, 1)")]
    [InlineData("select analytics.refresh_aggregate('session_summary')")]
    [InlineData("select * from analytics.weekly_aggregates_live")]
    [InlineData("update analytics.refresh_state set mode = mode")]
    [InlineData("delete from analytics.staging_changes where user_id is null")]
    [InlineData("delete from analytics.session_summary_delta where generation < 0")]
    [InlineData("insert into analytics.refresh_runs (kind, outcome, started_at) values ('AUDIT', 'SUCCEEDED', now())")]
    [InlineData("create table quartz.mine (); drop table quartz.mine")]
    public async Task The_refresher_may(string statement) => await RunAsync(fixture.Database.RefresherConnectionString, statement);

    [Theory]
    [InlineData("select * from core.sets")]
    [InlineData("select started_at from core.sessions")]
    [InlineData("delete from core.users")]
    [InlineData("update core.sets set reps = 1")]
    [InlineData("insert into analytics.session_summary_delta select null")]
    [InlineData("update analytics.session_summary_delta set title = 'wrong'")]
    [InlineData("truncate analytics.staging_changes")]
    [InlineData("drop materialized view analytics.session_summary")]
    [InlineData("drop function analytics.drain(int, int, timestamptz)")]
    [InlineData("drop schema analytics cascade")]
    [InlineData("create table analytics.mine ()")]
    [InlineData("update analytics.schema_migrations set checksum = ''")]
    [InlineData("select * from analytics.recompute('{}')")]
    [InlineData("alter table core.sets disable trigger analytics_stage_insert")]
    [InlineData("set role analytics_migrator")]
    public async Task The_refresher_may_not(string statement)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(fixture.Database.RefresherConnectionString, statement));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    /// <summary>Whoever has no role at all: another app on the same database.</summary>
    [Fact]
    public async Task Everyone_else_may_execute_nothing_that_reads_or_writes_a_table() =>
        Assert.Empty(await fixture.Database.QueryAsync<string>("""
            select p.oid::regprocedure::text from pg_proc as p
            cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
            where p.pronamespace = 'analytics'::regnamespace and a.grantee = 0 and (p.prosecdef or p.provolatile <> 'i')
            """));

    [Fact]
    public async Task A_function_that_runs_with_its_owners_rights_has_a_fixed_search_path_and_no_superuser_for_an_owner() =>
        Assert.Empty(await fixture.Database.QueryAsync<string>("""
            select p.oid::regprocedure::text from pg_proc as p join pg_roles as o on o.oid = p.proowner
            where p.pronamespace = 'analytics'::regnamespace and p.prosecdef
              and (o.rolsuper or not 'search_path=pg_catalog, pg_temp' = any (coalesce(p.proconfig, '{}')))
            """));

    private static async Task RunAsync(string connectionString, string statement)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(statement, connection, transaction);
        await command.ExecuteNonQueryAsync();
    }
}

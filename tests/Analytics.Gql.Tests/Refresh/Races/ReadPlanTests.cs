// Rule 6: readers reach the index in each branch of a current view, and drains in the deltas, also where they were planned
// while those were empty; said by the rows that the database touched.
using Analytics.Store;
using Analytics.Store.Readers;
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class ReadPlanTests : RaceTest
{
    private const int Users = 200, Weeks = 30, SessionsOfOne = 2000, SessionsOfAWeek = 7 * 24;

    [Fact]
    public async Task Weeks_of_three_users_touch_their_rows_alone()
    {
        var users = await ManyUsersAsync();
        Assert.InRange(await TouchedByWeeksAsync(users.Take(3), new WeeksWanted(Totals: true, Details: true, ExerciseCounts: true)), 1, 3 * Weeks * 2);
    }

    [Fact]
    public async Task Where_vacuum_has_been_weeks_are_read_from_the_index_alone()
    {
        var users = await ManyUsersAsync();
        await VacuumedAsync();
        Assert.Equal(0, await TouchedByWeeksAsync(users.Take(3), default));
        Assert.Equal(0, await TouchedByWeeksAsync(users.Take(3), new WeeksWanted(Totals: true, Details: false, ExerciseCounts: true)));
    }

    [Fact]
    public async Task Where_the_index_has_but_the_key_every_week_is_fetched_from_the_matview()
    {
        var users = await ManyUsersAsync();
        await Database.ExecuteAsync("""
            drop index analytics.weekly_aggregates_key;
            create unique index weekly_aggregates_key on analytics.weekly_aggregates (user_id, week_start)
            """);
        await VacuumedAsync();
        Assert.Equal(3 * Weeks, await TouchedByWeeksAsync(users.Take(3), default));
    }

    [Fact]
    public async Task Where_nobody_trains_between_the_midnights_weeks_of_another_zone_are_read_as_those_in_utc_are()
    {
        var users = await ManyUsersAsync();
        await VacuumedAsync();
        var wanted = new WeeksWanted(Totals: true, Details: false, ExerciseCounts: true);
        Assert.Equal(0, await TouchedByWeeksAsync(users.Take(3), wanted, Berlin));
        Assert.Equal(0, await TouchedByWeeksAsync(users.Take(3), wanted, Berlin, "session_summary"));
    }

    [Fact]
    public async Task Where_somebody_does_those_two_weeks_are_grouped_and_where_something_is_pending_all_are()
    {
        var users = await ManyUsersAsync();
        // Monday in Berlin, Sunday in UTC.
        await Workouts.SessionAsync(users[0], "2026-03-08T23:30:00Z");
        await SettleAsync();
        await VacuumedAsync();
        Assert.InRange(await TouchedByWeeksAsync(users.Take(3), default, Berlin, "session_summary"), 3, 3 * 2);

        await Workouts.SessionAsync(users[1], "2026-03-04T10:00:00Z");
        Assert.InRange(await TouchedByWeeksAsync(users.Take(3), default, Berlin, "session_summary"), Weeks, Weeks + (3 * 2));
    }

    private static WeekCalendar Berlin { get; } = new("Europe/Berlin", DayOfWeek.Monday);

    /// <summary>As autovacuum leaves them, once no older snapshot is open in the database.</summary>
    private async Task VacuumedAsync()
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        do
        {
            Assert.True(DateTime.UtcNow < deadline);
            await Database.ExecuteAsync("vacuum analyze analytics.weekly_aggregates, analytics.session_summary");
        }
        while (!await Database.ScalarAsync<bool>("""
            select bool_and(relallvisible = relpages) from pg_class
            where oid in ('analytics.weekly_aggregates'::regclass, 'analytics.session_summary'::regclass)
            """));
    }

    private Task<long> TouchedByWeeksAsync(
        IEnumerable<Guid> users, WeeksWanted wanted, WeekCalendar? calendar = null, string relation = "weekly_aggregates") =>
        TouchedAsync(relation, source => new WeeklyAggregatesReader(source).ReadAsync(
            [.. users.Select(u => new WeekRange(u, new(2026, 1, 5), new(2027, 1, 4), calendar ?? WeekCalendar.Iso))],
            wanted, ReadSource.Incremental, CancellationToken.None));

    [Fact]
    public async Task A_plain_join_against_the_users_touches_everyones()
    {
        var users = await ManyUsersAsync();
        var touched = await TouchedAsync("weekly_aggregates", source => AskAsync(source, """
            select w.* from unnest(@users) as k (user_id)
            join analytics.weekly_aggregates_current as w on w.user_id = k.user_id
            """, new { users = users.Take(3).ToArray() }));
        Assert.True(touched >= Users * Weeks, $"{touched} rows");
    }

    [Fact]
    public async Task A_page_of_a_user_with_many_sessions_touches_the_page_alone()
    {
        var user = await OneUserAsync();
        var touched = await TouchedAsync("session_summary", source => PageAsync(source, user));
        Assert.InRange(touched, 1, 50);
    }

    [Fact]
    public async Task A_page_sorted_and_cut_outside_the_branches_touches_all_sessions()
    {
        var user = await OneUserAsync();
        var touched = await TouchedAsync("session_summary", source => AskAsync(source, """
            select s.* from analytics.session_summary_current as s
            where s.user_id = @user order by s.started_at desc, s.session_id desc limit 10
            """, new { user }));
        Assert.True(touched >= SessionsOfOne, $"{touched} rows");
    }

    [Fact]
    public async Task A_page_whose_newest_sessions_were_deleted_meanwhile_is_full_all_the_same()
    {
        var user = await OneUserAsync();
        await DeleteNewestAsync(user);
        Assert.Equal(10, (await PageAsync(Database.DataSource, user)).Sessions.Count);
    }

    [Fact]
    public async Task Cut_before_the_deltas_tombstones_are_left_out_that_page_loses_sessions()
    {
        var user = await OneUserAsync();
        await DeleteNewestAsync(user);
        Assert.Equal(0, await Database.ScalarAsync<long>("""
            select count(*) from (
                select m.* from analytics.session_summary as m
                where m.user_id = @user order by m.started_at desc, m.session_id desc limit 10) as m
            where not exists (select from analytics.session_summary_delta as d where d.session_id = m.session_id)
            """, new { user }));
    }

    [Fact]
    public async Task A_drain_soon_after_the_delta_was_empty_touches_the_rows_of_its_week_alone() =>
        Assert.InRange(await TouchedByDrainAsync(), 1, SessionsOfAWeek * 4);

    [Fact]
    public async Task As_it_was_planned_for_an_empty_delta_it_touches_all_of_the_users_for_each_session()
    {
        await ReplaceAsync("analytics.drain", ("perform analytics.analyze_deltas();", ""));
        var touched = await TouchedByDrainAsync();
        Assert.True(touched > SessionsOfAWeek * SessionsOfOne / 2, $"{touched} rows");
    }

    /// <summary>Rows of the delta, when one session has changed and each of its user's has just come to be there.</summary>
    private async Task<long> TouchedByDrainAsync()
    {
        // Plans are made anew when autovacuum has been at any of their tables.
        await Database.ExecuteAsync("""
            do $do$
            declare relation regclass;
            begin
                for relation in
                    select c.oid from pg_class as c
                    where c.relnamespace in ('core'::regnamespace, 'analytics'::regnamespace) and c.relkind in ('r', 'm')
                loop
                    execute format('alter table %s set (autovacuum_enabled = off)', relation);
                end loop;
            end
            $do$
            """);
        var user = await OneUserAsync();
        await Database.ExecuteAsync("update core.sessions set distance_m = 1");
        await Workouts.DrainAsync();
        Assert.True((await Workouts.FullRefreshAsync()).Succeeded);
        await Database.ExecuteAsync("analyze analytics.session_summary_delta");
        // Pages without a row: so it is believed to be empty however often it is planned anew, which the catalog's changes in
        // other databases of the cluster may cause at any time.
        Assert.True(await Database.ScalarAsync<bool>(
            "select reltuples = 0 and relpages > 0 from pg_class where oid = 'analytics.session_summary_delta'::regclass"));
        return await TouchedAsync("session_summary_delta", source => ChangeAndDrainAsync(source, sessions: 1), before: async source =>
        {
            foreach (var sessions in new[] { 1, SessionsOfOne, 1 })
                await ChangeAndDrainAsync(source, sessions);
        });

        async Task ChangeAndDrainAsync(NpgsqlDataSource source, int sessions)
        {
            await Database.ExecuteAsync("""
                update core.sessions set distance_m = coalesce(distance_m, 0) + 1 where session_id in (
                    select session_id from core.sessions where user_id = @user order by started_at limit @sessions offset @offset)
                """, new { user, sessions, offset = sessions == 1 ? SessionsOfOne / 2 : 0 });
            await new Drain(source).RunUntilEmptyAsync(CancellationToken.None);
            await FlushAsync(source);
        }
    }

    private async Task<IReadOnlyList<Guid>> ManyUsersAsync()
    {
        await Database.ExecuteAsync("""
            insert into core.users (display_name) select 'User ' || n from generate_series(1, @Users) as n;
            insert into core.sessions (user_id, activity_type, started_at)
            select u.user_id, 'run', timestamptz '2026-01-07Z' + n * interval '7 days'
            from core.users as u cross join generate_series(0, @Weeks - 1) as n
            """, new { Users, Weeks });
        await SettleAsync();
        return await Database.QueryAsync<Guid>("select user_id from core.users");
    }

    private async Task<Guid> OneUserAsync()
    {
        var user = await Workouts.UserAsync();
        await Database.ExecuteAsync("""
            insert into core.sessions (user_id, activity_type, started_at)
            select @user, 'run', timestamptz '2026-01-07Z' + n * interval '1 hour'
            from generate_series(1, @SessionsOfOne) as n
            """, new { user, SessionsOfOne });
        await SettleAsync();
        return user;
    }

    private async Task SettleAsync()
    {
        Assert.True((await Workouts.FullRefreshAsync()).Succeeded);
        await Database.ExecuteAsync("analyze core.sessions, analytics.session_summary, analytics.weekly_aggregates");
    }

    private async Task DeleteNewestAsync(Guid user)
    {
        await Database.ExecuteAsync("""
            delete from core.sessions where session_id in (
                select session_id from core.sessions where user_id = @user order by started_at desc limit 10)
            """, new { user });
        await Workouts.DrainAsync();
    }

    private static async Task<SessionPage> PageAsync(NpgsqlDataSource source, Guid user)
    {
        var request = new SessionPageRequest(
            user, new SessionFilter(), SessionOrder.StartedAtDesc, 10, Backward: false, Cursor: null);
        var pages = await new SessionPagesReader(source).ReadAsync(
            [request], ReadSource.Incremental, CancellationToken.None);
        return pages[request];
    }

    private static async Task AskAsync(NpgsqlDataSource source, string sql, object parameters)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.QueryAsync(sql, parameters);
    }

    /// <summary>Rows of a relation of the schema analytics that were touched. By one connection, whose counts can be
    /// flushed.</summary>
    private async Task<long> TouchedAsync(
        string relation, Func<NpgsqlDataSource, Task> measured, Func<NpgsqlDataSource, Task>? before = null)
    {
        await using var source = DataSources.Primary(Database.ConnectionString + ";Maximum Pool Size=1");
        if (before is not null) await before(source);
        await using var command = source.CreateCommand("select pg_backend_pid()");
        var measuring = (int)(await command.ExecuteScalarAsync())!;
        // Others report what they touched a second later or at their end; that of the full refresh is just ending.
        await UntilAsync($"""
            select not exists (select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
                               and pid <> {measuring} and backend_type in ('client backend', 'parallel worker'))
            """);
        var already = await CountedAsync();
        await measured(source);
        return await CountedAsync() - already;

        async Task<long> CountedAsync()
        {
            await FlushAsync(source);
            return await Database.ScalarAsync<long>($"""
                select seq_tup_read + idx_tup_fetch from pg_stat_user_tables
                where schemaname = 'analytics' and relname = '{relation}'
                """);
        }
    }

    /// <summary>What the connection touched is counted now, and not within a second.</summary>
    private static async Task FlushAsync(NpgsqlDataSource source)
    {
        await AskAsync(source, "select pg_stat_force_next_flush()", new { });
        await AskAsync(source, "select 1", new { }); // a flush comes when a statement has ended
    }
}

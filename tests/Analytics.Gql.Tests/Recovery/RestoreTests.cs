// A dump of a live database goes back into an empty one, in each form that an operator may have it in, and serves on.
//
// Dumped by the PostgreSQL that is installed and restored into the server of the test run: where that is a later version,
// this is the upgrade to it.
using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Gql.Tests.LocalPostgres;
using Analytics.Store.Doctor;
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;
using Analytics.Store.Roles;

namespace Analytics.Gql.Tests.Recovery;

public sealed class RestoreTests(LiveBackup backup) : IClassFixture<LiveBackup>
{
    [InstalledPostgresFact]
    public async Task An_archive_goes_back_whole()
    {
        var target = await backup.NewTargetAsync();
        await backup.RunAsync("pg_restore", target, "--exit-on-error", backup.Custom);
        await AssertWholeAsync(target);
        // What a role may do to a database is no part of the database.
        Assert.DoesNotContain(await RolesLackAsync(target), s => !s.Contains(" on database ", StringComparison.Ordinal));
        await AssertServesOnAsync(target);
    }

    /// <summary>By one after the other session_summary comes before weekly_aggregates, which is made of it through a function:
    /// pg_dump does not see that, and by several it may come later.</summary>
    [InstalledPostgresFact]
    public async Task By_several_at_once_it_goes_back_without_the_matviews_and_a_full_refresh_fills_them()
    {
        var target = await backup.NewTargetAsync();
        await backup.RunAsync("pg_restore", target, "--exit-on-error", "--jobs=3", $"--use-list={backup.WithoutMatviews}", backup.Custom);
        await AssertFilledByAFullRefreshAsync(target);
    }

    [InstalledPostgresFact]
    public async Task A_script_goes_back_whole()
    {
        var target = await backup.NewTargetAsync();
        await backup.RunAsync("psql", target, "-q", "-v", "ON_ERROR_STOP=1", "-f", backup.Plain);
        await AssertWholeAsync(target);
        await AssertServesOnAsync(target);
    }

    [InstalledPostgresFact]
    public async Task Without_owners_and_privileges_the_roles_get_them_back()
    {
        var target = await backup.NewTargetAsync();
        await backup.RunAsync("pg_restore", target, "--exit-on-error", "--no-owner", "--no-privileges", backup.Custom);
        await AssertWholeAsync(target);
        Assert.Contains("alter schema analytics owner to analytics_migrator", await RolesLackAsync(target));
        await AssertServesOnAsync(target);
    }

    [InstalledPostgresFact]
    public async Task Data_into_an_empty_schema_leaves_matviews_empty_and_a_full_refresh_fills_them()
    {
        var target = await backup.NewTargetAsync();
        await backup.RunAsync("psql", target, "-q", "-v", "ON_ERROR_STOP=1", "-f", backup.SchemaOnly);
        await backup.RunAsync("pg_restore", target, "--exit-on-error", "--disable-triggers", backup.DataOnly);
        await AssertFilledByAFullRefreshAsync(target);
    }

    private static async Task AssertFilledByAFullRefreshAsync(TestDatabase target)
    {
        Assert.Equal(["personal_records", "session_summary", "weekly_aggregates"], await UnpopulatedAsync(target));
        await ApplyRolesAsync(target);
        Assert.Equal(["aggregate.unpopulated"], (await FindingsAsync(target)).Select(f => f.Id).Distinct());
        Assert.True((await new FullRefresh(target.RefresherConnectionString).RunAsync(CancellationToken.None)).Succeeded);
        await AssertServesOnAsync(target);
    }

    /// <summary>Nothing to migrate; what was staged is staged, and what was history is.</summary>
    private async Task AssertWholeAsync(TestDatabase target)
    {
        Assert.Empty((await Migrator.MigrateAsync(target.ConnectionString, log: null, CancellationToken.None)).Applied);
        Assert.Empty(await UnpopulatedAsync(target));
        foreach (var table in (string[])["core.sets", "analytics.staging_changes", "analytics.session_summary_delta",
                     "analytics.refresh_runs", "analytics.refresh_events", "quartz.qrtz_triggers"])
        {
            var rows = await backup.Live.ScalarAsync<long>($"select count(*) from {table}");
            Assert.True(rows > 0, table);
            Assert.Equal((table, rows), (table, await target.ScalarAsync<long>($"select count(*) from {table}")));
        }
    }

    private static async Task AssertServesOnAsync(TestDatabase target)
    {
        await ApplyRolesAsync(target);
        Assert.Empty(await RolesLackAsync(target));
        Assert.Empty((await FindingsAsync(target)).Select(f => $"{f.Id}: {f.Found}"));
        var workouts = new Workouts(target);
        var lastRun = await target.ScalarAsync<long>("select max(run_id) from analytics.refresh_runs");
        await workouts.DrainAsync();
        await workouts.AssertExactAsync();

        // The backup is old by now: the server has a night to catch up with.
        await target.ExecuteAsync("update analytics.refresh_state set last_full_refresh_at = now() - interval '3 days'");
        await using var server = await ServerProcess.StartAsync(target);
        await target.UntilAsync("select last_full_refresh_at > now() - interval '1 day' from analytics.refresh_state", 60);
        var ada = await target.ScalarAsync<Guid>("select user_id from core.users where display_name = 'Ada'");
        var before = await VolumeAsync(server, ada);
        var session = await target.ScalarAsync<Guid>(
            "select session_id from core.sessions where user_id = @ada limit 1", new { ada });
        await workouts.SetAsync(session, await target.ScalarAsync<Guid>("select exercise_id from core.exercises"), 10, 100m);
        await target.UntilAsync("select not exists (select from analytics.staging_changes)", 60);
        Assert.Equal(before + 1000, await VolumeAsync(server, ada));
        Assert.True(await target.ScalarAsync<long>("select max(run_id) from analytics.refresh_runs") > lastRun);
        await server.StopAsync(TimeSpan.FromSeconds(30));
        await workouts.AssertExactAsync();
    }

    private static async Task<double> VolumeAsync(ServerProcess server, Guid user)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        using var response = await http.PostAsJsonAsync("/graphql", new
        {
            query = """
                query ($user: ID!) {
                  weeklyAggregates(userId: $user, from: "2026-02-23", to: "2026-03-31") { totals { totalVolumeKg } }
                }
                """,
            variables = new { user },
        });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        var totals = answer.GetProperty("data").GetProperty("weeklyAggregates").GetProperty("totals");
        return totals.GetProperty("totalVolumeKg").GetDouble();
    }

    /// <summary>What doctor calls an error.</summary>
    private static async Task<IReadOnlyList<Finding>> FindingsAsync(TestDatabase target) =>
        [.. (await DoctorRun.RunAsync(new DoctorOptions
        {
            Primary = new("primary", target.RefresherConnectionString), Reads = new("reads", target.ReaderConnectionString),
        }, CancellationToken.None)).Where(f => f.Severity == Severity.Error)];

    private static Task<IReadOnlyList<string>> UnpopulatedAsync(TestDatabase target) => target.QueryAsync<string>("""
        select c.relname::text from pg_class as c
        where c.relnamespace = 'analytics'::regnamespace and c.relkind = 'm' and not c.relispopulated
        order by 1
        """);

    private static async Task<IReadOnlyList<string>> RolesLackAsync(TestDatabase target)
    {
        await using var connection = await target.DataSource.OpenConnectionAsync();
        return await RoleSetup.StatementsAsync(connection, new RoleLogins(), CancellationToken.None);
    }

    private static async Task ApplyRolesAsync(TestDatabase target)
    {
        await using var connection = await target.DataSource.OpenConnectionAsync();
        await RoleSetup.ApplyAsync(connection, new RoleLogins(), log: null, CancellationToken.None);
    }
}

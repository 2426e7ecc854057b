// What /health/ready says in each state, with which status, and what it keeps to itself.
using System.Net;
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Refresh;
using Npgsql;

namespace Analytics.Gql.Tests.Health;

public sealed class BoundedLagServer : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--Analytics:Telemetry:ReadyMaxLagS=60"];
}

public sealed class HealthTests(BoundedLagServer server) : IClassFixture<BoundedLagServer>
{
    [Fact]
    public async Task A_server_that_can_answer_says_of_each_check_why_it_thinks_so()
    {
        var (status, ready) = await UntilAsync("lag", "Healthy");
        Assert.Equal((HttpStatusCode.OK, "Healthy"), (status, ready.GetProperty("status").GetString()));
        Assert.Equal(
            [
                "database Healthy The primary answers.",
                $"migrations Healthy Migrated to {await server.Database.ScalarAsync<int>("select max(number) from analytics.schema_migrations")}.",
                "aggregates Healthy Every matview is populated.",
                "mode Healthy The mode is Incremental.",
                "lag Healthy Readers see every change.",
                "leaving Healthy This node stays.",
            ],
            ready.GetProperty("checks").EnumerateArray().Select(c => $"{c.GetProperty("name")} {c.GetProperty("status")} {c.GetProperty("reason")}"));
    }

    [Fact]
    public async Task A_migration_that_is_missing_is_not_ready_and_one_of_a_newer_version_is()
    {
        await server.Database.ExecuteAsync("update analytics.schema_migrations set number = number + 9000 where number = 3");
        var (status, ready) = await UntilAsync("migrations", "Unhealthy");
        await server.Database.ExecuteAsync("update analytics.schema_migrations set number = number - 9000 where number = 9003");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("Migrations 3 are not applied. Run 'analytics-gql migrate'.", Reason(ready, "migrations"));

        await server.Database.ExecuteAsync("insert into analytics.schema_migrations (number, name, checksum) values (9999, 'of tomorrow', '')");
        Assert.Contains("Migrated to 9999; this build knows", Reason((await UntilAsync("migrations", "Healthy", "9999")).Ready, "migrations"), StringComparison.Ordinal);
        await server.Database.ExecuteAsync("delete from analytics.schema_migrations where number = 9999");
        await UntilAsync("migrations", "Healthy", "Migrated to");
    }

    [Fact]
    public async Task Other_definitions_than_this_builds_are_said_and_keep_no_node_out()
    {
        await server.Database.ExecuteAsync("update analytics.schema_definitions set checksum = 'x' || checksum where name = 'aggregates/weekly_aggregates'");
        var (status, ready) = await UntilAsync("migrations", "Degraded");
        await server.Database.ExecuteAsync("update analytics.schema_definitions set checksum = substr(checksum, 2) where name = 'aggregates/weekly_aggregates'");
        await UntilAsync("migrations", "Healthy");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("Other definitions than this build's: aggregates/weekly_aggregates.", Reason(ready, "migrations"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_matview_without_content_is_not_ready_unless_nobody_reads_it()
    {
        await server.Database.ExecuteAsync("refresh materialized view analytics.personal_records with no data");
        var (status, ready) = await UntilAsync("aggregates", "Unhealthy");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("Not populated: personal_records. Run 'analytics-gql refresh --full'.", Reason(ready, "aggregates"));
        await server.SwitchAsync(RefreshMode.Live);
        (status, _) = await UntilAsync("aggregates", "Degraded");
        Assert.Equal(HttpStatusCode.OK, status);
        await server.SwitchAsync(RefreshMode.Incremental);
        await server.Database.ExecuteAsync("refresh materialized view analytics.personal_records");
        await UntilAsync("aggregates", "Healthy");
    }

    [Fact]
    public async Task A_lag_beyond_the_bound_is_said_and_keeps_no_node_out()
    {
        await using (await server.HoldDrainsAsync())
        {
            await server.Database.ExecuteAsync(
                "insert into analytics.staging_changes (user_id, changed_at) values (@user, now() - interval '1 hour')",
                new { user = await server.Workouts.UserAsync() });
            var (status, ready) = await UntilAsync("lag", "Degraded");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Matches(@"^The oldest change that readers do not see has waited 36\d\d\.\d s; Analytics:Telemetry:ReadyMaxLagS is 60 s\.", Reason(ready, "lag"));
        }
        await UntilAsync("lag", "Healthy");
    }

    [Fact]
    public async Task A_database_that_is_away_is_not_ready_is_alive_and_tells_nothing_of_itself()
    {
        var settings = new NpgsqlConnectionStringBuilder(server.Database.ConnectionString);
        await using var admin = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await using (var shut = admin.CreateCommand($"alter database {settings.Database} with allow_connections false"))
            await shut.ExecuteNonQueryAsync();
        await using (var end = admin.CreateCommand($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{settings.Database}'"))
            await end.ExecuteNonQueryAsync();
        await UntilAsync("lag", "Degraded");
        await UntilAsync("aggregates", "Degraded");
        var (status, ready) = await UntilAsync("database", "Unhealthy");
        await using (var open = admin.CreateCommand($"alter database {settings.Database} with allow_connections true"))
            await open.ExecuteNonQueryAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.StartsWith("The primary ", Reason(ready, "database"), StringComparison.Ordinal);
        Assert.Equal("Not known: the primary cannot be reached or refused to tell.", Reason(ready, "lag"));
        foreach (var secret in (string[])[settings.Host!, settings.Database!, settings.Username!, "Npgsql", "Exception", "   at "])
            Assert.DoesNotContain(secret, ready.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("""{"status":"Healthy","checks":[]}""", await server.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
        foreach (var check in (string[])["database", "migrations", "aggregates", "lag"]) await UntilAsync(check, "Healthy");
        server.Database.DataSource.Clear(); // the test's own connections were ended too
    }

    private static string Reason(JsonElement ready, string check) => ready.GetProperty("checks").EnumerateArray()
        .Single(c => c.GetProperty("name").GetString() == check).GetProperty("reason").GetString()!;

    // Each check remembers for a second what it saw, and what is away comes back in its own time.
    private async Task<(HttpStatusCode Status, JsonElement Ready)> UntilAsync(string check, string status, string reason = "")
    {
        for (var patience = 600; ; patience--)
        {
            using var response = await server.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            var ready = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            var said = ready.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("name").GetString() == check);
            if (said.GetProperty("status").GetString() == status && Reason(ready, check).Contains(reason, StringComparison.Ordinal))
                return (response.StatusCode, ready);
            Assert.True(patience > 0, $"{check} is not {status} in {ready}");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }
}

// A node that is told to stop, as a process: what is being asked is answered, what is asked anew goes elsewhere in time.
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Gql.Tests.LocalPostgres;
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Npgsql;

namespace Analytics.Gql.Tests.Http;

public sealed class GracefulStopTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly object AnyUser =
        new { query = """{ user(id: "00000000-0000-0000-0000-000000000001") { id } }""" };

    [Fact]
    public async Task It_is_not_ready_at_once_serves_during_the_delay_and_finishes_what_is_being_asked()
    {
        await using var server = await ServerProcess.StartAsync(fixture.Database, "--Analytics:Http:DrainDelayS=2");
        using var http = new HttpClient { BaseAddress = server.Address };
        await using var locked = await fixture.Database.DataSource.OpenConnectionAsync();
        await using (var command = new NpgsqlCommand("begin; lock table core.users in access exclusive mode", locked))
            await command.ExecuteNonQueryAsync();
        var slow = http.PostAsJsonAsync("/graphql", AnyUser);
        await fixture.Database.UntilAsync("""
            select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
                                                         and query like '%core.users as u%')
            """);

        var clock = Stopwatch.StartNew();
        var stopping = server.StopAsync(Patience);
        while ((await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode != HttpStatusCode.ServiceUnavailable)
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), "It stayed ready.");
        using var during = await http.PostAsJsonAsync("/graphql", new { query = "{ __typename }" });
        Assert.Equal((HttpStatusCode.OK, true), (during.StatusCode, during.Headers.ConnectionClose));

        // The listener is closed by now, and the slow one still waits for its answer.
        await NobodyListensAsync(server.Address);
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(1.9));
        Assert.False(slow.IsCompleted || stopping.IsCompleted);
        await using (var command = new NpgsqlCommand("rollback", locked))
            await command.ExecuteNonQueryAsync();
        Assert.Equal(HttpStatusCode.OK, (await slow).StatusCode);
        Assert.Equal(0, await stopping);
    }

    [Fact]
    public async Task A_drain_lets_go_of_its_lock_at_once()
    {
        await using var server = await ServerProcess.StartAsync(fixture.Database);
        await fixture.Database.UntilAsync("select not exists (select from quartz.qrtz_fired_triggers)");
        await using var locked = await fixture.Database.DataSource.OpenConnectionAsync();
        await new Workouts(fixture.Database).UserAsync();
        // The drain gets stuck: it recomputes from core.sets, and holds its lock meanwhile.
        await using (var command = new NpgsqlCommand("begin; lock table core.sets in access exclusive mode", locked))
            await command.ExecuteNonQueryAsync();
        await fixture.Database.ExecuteAsync(
            "insert into core.sessions (user_id, activity_type, started_at) select user_id, 'run', now() from core.users limit 1");
        const string held = """
            select exists (select from pg_locks where locktype = 'advisory' and granted
                                                  and database = (select oid from pg_database where datname = current_database()))
            """;
        await fixture.Database.UntilAsync(held);
        await fixture.Database.UntilAsync(
            "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%drain%')");
        var stopping = server.StopAsync(Patience);
        await fixture.Database.UntilAsync($"select not ({held})", patienceS: 10);
        Assert.Equal(0, await stopping);
        await using (var command = new NpgsqlCommand("rollback", locked))
            await command.ExecuteNonQueryAsync();
    }

    [InstalledPostgresFact]
    public async Task A_node_whose_database_is_gone_stops_in_bounded_time()
    {
        var cluster = await LocalCluster.StartAsync(new LocalClusterOptions { Source = PostgresSource.Installed });
        await Migrator.MigrateAsync(cluster.ConnectionString + ";Pooling=false", log: null, CancellationToken.None);
        await using var server = await ServerProcess.StartAsync(cluster.ConnectionString);
        await cluster.DisposeAsync();
        await server.StopAsync(Patience);
    }

    private static async Task NobodyListensAsync(Uri address)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            using var client = new System.Net.Sockets.TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, address.Port);
            }
            catch (System.Net.Sockets.SocketException)
            {
                return;
            }
            Assert.True(DateTime.UtcNow < deadline, "It still listens.");
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}

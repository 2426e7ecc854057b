// The demo from start to end: PostgreSQL ⇒ migrate ⇒ seed ⇒ full refresh ⇒ serve ⇒ (live workouts) ⇒ everything stopped.
using Analytics.Demo.Live;
using Analytics.Demo.Seeding;
using Analytics.Demo.SignIn;
using Analytics.Gql;
using Analytics.Gql.Commands;
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using Spectre.Console;

namespace Analytics.Demo;

/// <param name="Port">Null: 5080 or the next free one.</param>
/// <param name="Folder">Null: a throwaway folder.</param>
/// <param name="Live">Whether to keep logging workouts.</param>
/// <param name="Users">Athletes.</param>
/// <param name="Weeks">Weeks up to now.</param>
/// <param name="Seed">Of the random numbers.</param>
internal sealed record DemoSettings(int? Port, int Users, int Weeks, int Seed, string? Folder, bool Live);

internal static class DemoHost
{
    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watch = LauncherWatch.StopWithLauncherAsync(stop);
        try
        {
            await RunUntilAsync(settings, HttpPort.Choose(settings.Port), stop.Token);
            return 0;
        }
        catch (Exception e) when (e is LocalClusterException or SettingsException or MigrationException or ArgumentOutOfRangeException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            // Taken between our look and now.
            await Console.Error.WriteLineAsync($"{e.Message} Give another --port, or leave it out for a free one.");
            return 2;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        finally
        {
            await stop.CancelAsync();
            await watch;
        }
    }

    private static async Task RunUntilAsync(DemoSettings settings, int port, CancellationToken ct)
    {
        await using var cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions { Folder = settings.Folder, Durable = settings.Folder is not null, Log = Console.WriteLine }, ct);
        var connection = await DemoDatabase.PrepareAsync(cluster, ct);
        await using var database = NpgsqlDataSource.Create(connection);
        await SeedAsync(database, connection, settings, ct);
        await ServeAsync(database, connection, port, settings, ct);
    }

    /// <summary>Through the triggers, like any other writer; the staged bulk then goes into the matviews at once.</summary>
    private static async Task SeedAsync(NpgsqlDataSource database, string connection, DemoSettings settings, CancellationToken ct)
    {
        if (await Seeder.IsSeededAsync(database, ct))
        {
            Console.WriteLine("the folder holds users already: they are shown, and none are made up");
            return;
        }
        var plan = new SeedPlan(settings.Users, settings.Weeks, settings.Seed, DateTimeOffset.UtcNow);
        var summary = await WorkProgress.ShowAsync(
            AnsiConsole.Console, progress => Seeder.SeedAsync(database, plan, new SeedSteps(progress), ct));
        Console.WriteLine($"{summary.Users} athletes, {summary.Sessions:N0} sessions, {summary.Sets:N0} sets in {summary.Elapsed.TotalSeconds:F1} s");
        await new FullRefresh(connection).RunAsync(ct);
    }

    private static async Task ServeAsync(
        NpgsqlDataSource database, string connection, int port, DemoSettings settings, CancellationToken ct)
    {
        var address = new Uri($"http://127.0.0.1:{port}");
        var logins = DemoLogins.Of(connection);
        await using var app = AnalyticsServer.Build(
        [
            "--environment=Development", $"--urls={address}", .. DemoTokens.ServerSettings,
            $"--ConnectionStrings:Analytics={logins.Refresher}", $"--ConnectionStrings:AnalyticsRead={logins.Reader}",
            "--Logging:LogLevel:Default=Warning",
        ]);
        var featured = await Seeder.FeaturedUserAsync(database, ct);
        app.MapDemoSignIn(database, featured?.Id);
        await app.StartAsync(ct);
        await using var stopping = ct.Register(app.Lifetime.StopApplication);
        using var announced = DemoAddress.Announce(settings.Folder, address);
        Say(featured, address, connection);
        if (settings.Folder is null && Directory.Exists(DemoDatabase.OwnFolder))
            Console.WriteLine($"Imported workouts are in {DemoDatabase.OwnFolder}: show them with --data {DemoDatabase.OwnFolder}");
        if (settings.Live)
            await LiveWriter.RunAsync(
                database, TimeSpan.FromSeconds(1), Console.WriteLine, app.Lifetime.ApplicationStopping, featured?.Id);
        await app.WaitForShutdownAsync(ct);
    }

    private static void Say(FeaturedUser? featured, Uri address, string connection)
    {
        var endpoint = new Uri(address, "graphql");
        Console.WriteLine($"\nDashboard {address}\nGraphQL   {endpoint} (in a browser: the IDE)");
        Console.WriteLine($"Schema    {endpoint}/schema.graphql\nHealth    {new Uri(address, "health/ready")}");
        Console.WriteLine($"\n{PsqlLine.For(connection)}");
        if (featured is not null)
        {
            var queries = DemoQueries.For(featured.Id, featured.LastDay);
            foreach (var query in queries)
                Console.WriteLine($"\n# {query.Shows}\n{query.Text}");
            Console.WriteLine($"\n{queries[0].Curl(endpoint)}");
        }
        Console.WriteLine("\nCtrl-C stops everything and leaves nothing running.");
    }
}

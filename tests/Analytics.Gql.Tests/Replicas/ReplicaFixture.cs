// A primary, two streaming replicas and a server that reads from them, all real, for the tests of one class.
using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Gql.Tests.LocalPostgres;
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Replicas;

public sealed class ReplicaFixture : IAsyncLifetime
{
    private const string Name = "app";
    private WebApplication? _app;

    public ReplicatedCluster Cluster { get; private set; } = null!;

    private readonly TestLogins _logins = new("replicated");

    /// <summary>On the primary.</summary>
    public TestDatabase Database { get; private set; } = null!;

    public Workouts Workouts { get; private set; } = null!;
    public HttpClient Http { get; private set; } = null!;
    public RecordedLog Log { get; } = new();

    /// <summary>Of the replicas alone.</summary>
    public string ReadConnection => Cluster.ConnectionStringFor(Cluster.Ports.Skip(1), Name);

    /// <summary>Whichever member is the primary.</summary>
    public string Connection => Cluster.ConnectionStringFor(Cluster.Ports, Name);

    public async Task InitializeAsync()
    {
        if (new InstalledPostgresFactAttribute().Skip is not null)
            return; // and so are the tests
        Cluster = await ReplicatedCluster.StartAsync(replicas: 2, CancellationToken.None);
        await using (var admin = new TestDatabase(Cluster.ConnectionStringFor(0, "postgres"), _logins, () => Task.CompletedTask))
        {
            await _logins.CreateAsync(admin.ConnectionString);
            await admin.ExecuteAsync($"create database {Name}");
        }
        Database = At(0);
        await Migrator.MigrateAsync(Database.ConnectionString + ";Pooling=false", log: null, CancellationToken.None);
        Workouts = new Workouts(Database);
        await Workouts.FullRefreshAsync();
        await StartServerAsync();
    }

    /// <summary>A member's database.</summary>
    public TestDatabase At(int member) => new(Cluster.ConnectionStringFor(member, Name), _logins, () => Task.CompletedTask);

    public async Task StartServerAsync()
    {
        _app = AnalyticsServer.Build(
            [
                "--environment=Development", "--urls=http://127.0.0.1:0", "--Analytics:Auth:Mode=Open",
                $"--ConnectionStrings:Analytics={TestLogins.As(_logins.Names.Refresher!, Connection)}",
                $"--ConnectionStrings:AnalyticsRead={TestLogins.As(_logins.Names.Reader!, ReadConnection)}",
            ],
            builder => builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(Log));
        await _app.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async Task StopServerAsync()
    {
        Http.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    public async Task<JsonElement> AskAsync(string query, object? variables = null)
    {
        using var response = await Http.PostAsJsonAsync("/graphql", new { query, variables });
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Asks until the answer is as wanted.</summary>
    public async Task<JsonElement> AskUntilAsync(string query, Func<JsonElement, bool> wanted)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (true)
        {
            var answer = await AskAsync(query);
            if (wanted(answer))
                return answer;
            Assert.True(DateTime.UtcNow < deadline, answer.GetRawText());
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>Waits until the replicas have what the primary has now.</summary>
    public async Task ReplicatedAsync()
    {
        var position = await Database.ScalarAsync<string>("select pg_current_wal_insert_lsn()::text");
        for (var member = 1; member < Cluster.Count; member++)
            if (Cluster.IsRunning(member))
            {
                await using var replica = At(member);
                await replica.UntilAsync($"select pg_last_wal_replay_lsn() >= '{position}'::pg_lsn");
            }
    }

    /// <summary>On all replicas. Paused, they stand at the same place: one that has replayed a later heartbeat would answer
    /// otherwise than the next.</summary>
    public async Task PauseReplayAsync(bool paused)
    {
        await SetReplayPausedAsync(paused);
        for (var patience = 50; paused && (await ReplayedAsync()).Count > 1; patience--)
        {
            Assert.True(patience > 0, "The replicas never stood at the same place.");
            await SetReplayPausedAsync(false);
            await ReplicatedAsync();
            await SetReplayPausedAsync(true);
        }
    }

    private async Task SetReplayPausedAsync(bool paused)
    {
        for (var member = 1; member < Cluster.Count; member++)
        {
            await using var replica = At(member);
            await replica.ExecuteAsync(paused ? "select pg_wal_replay_pause()" : "select pg_wal_replay_resume()");
            await replica.UntilAsync($"select pg_get_wal_replay_pause_state() = '{(paused ? "paused" : "not paused")}'");
        }
    }

    /// <summary>The places up to which replicas have replayed.</summary>
    private async Task<IReadOnlySet<string>> ReplayedAsync()
    {
        var places = new HashSet<string>();
        for (var member = 1; member < Cluster.Count; member++)
        {
            await using var replica = At(member);
            places.Add(await replica.ScalarAsync<string>("select pg_last_wal_replay_lsn()::text"));
        }
        return places;
    }

    public async Task DisposeAsync()
    {
        if (_app is not null)
            await StopServerAsync();
        if (Database is not null)
            await Database.DisposeAsync();
        if (Cluster is not null)
            await Cluster.DisposeAsync();
    }
}

// The real server over real HTTP on a loopback port, with a database of its own.
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Gql.Refresh;
using Analytics.Store.Refresh;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Analytics.Gql.Tests.Fixtures;

public class ServerFixture : DatabaseFixture
{
    private WebApplication _app = null!;

    /// <summary>Settings of this server besides those that it needs, as command-line arguments.</summary>
    protected virtual IReadOnlyList<string> Settings => [];

    public IServiceProvider Services => _app.Services;

    /// <summary>What this server has otherwise than a real one, such as a clock.</summary>
    protected virtual void Configure(WebApplicationBuilder builder)
    {
    }

    /// <summary>What this server answers besides what every one does.</summary>
    protected virtual void Map(WebApplication app)
    {
    }

    public HttpClient Http { get; private set; } = null!;
    public Workouts Workouts { get; private set; } = null!;
    public RecordedLog Log { get; protected init; } = new();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Workouts = new Workouts(Database);
        // No night to catch up at the start: it would fold in what a test stages.
        await Workouts.FullRefreshAsync();
        _app = AnalyticsServer.Build(
            [
                "--environment=Development", "--urls=http://127.0.0.1:0", "--Analytics:Auth:Mode=Open",
                $"--ConnectionStrings:Analytics={Database.RefresherConnectionString}",
                $"--ConnectionStrings:AnalyticsRead={Database.ReaderConnectionString}", .. Settings,
            ],
            builder =>
            {
                builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(Log);
                Configure(builder);
            });
        Map(_app);
        await _app.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public override async Task DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await base.DisposeAsync();
    }

    public Task StopAsync() => _app.StopAsync();

    /// <summary>Posts an operation and returns the whole answer.</summary>
    public async Task<JsonElement> AskAsync([StringSyntax("graphql")] string query, object? variables = null, CancellationToken ct = default)
    {
        using var response = await Http.PostAsJsonAsync("/graphql", new { query, variables }, ct);
        return await response.Content.ReadFromJsonAsync<JsonElement>(ct);
    }

    /// <summary>Asks until the answer satisfies the condition: the worker refreshes beside the test.</summary>
    public async Task<JsonElement> AskUntilAsync(string query, object variables, Func<JsonElement, bool> condition)
    {
        for (var patience = 200; ; patience--)
        {
            var data = (await AskAsync(query, variables)).GetProperty("data");
            if (condition(data) || patience == 0)
                return data;
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>Nothing is drained until the result is disposed of: what is written meanwhile stays pending.</summary>
    public async Task<IAsyncDisposable> HoldDrainsAsync()
    {
        var holder = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Pooling = false }.ConnectionString);
        await holder.OpenAsync();
        await holder.ExecuteAsync("select pg_advisory_lock(analytics.lock_id('full-refresh'))");
        // In the order of a full refresh, which waits for drains while it holds its own.
        await holder.ExecuteAsync("select pg_advisory_lock(analytics.lock_id('drain'))");
        return holder;
    }

    /// <summary>Switches the mode without what the real switch stages, and waits until this server has seen it.</summary>
    public async Task SwitchAsync(RefreshMode mode)
    {
        await Database.ExecuteAsync("update analytics.refresh_state set mode = @mode", new { mode = mode.ToString() });
        await _app.Services.GetRequiredService<ModeMonitor>().LookAsync(CancellationToken.None);
    }

    /// <summary>Waits until nothing is pending for anyone.</summary>
    public Task FreshAsync() => AskUntilAsync(
        "{ freshness { isStale } }", new { }, data => !data.GetProperty("freshness").GetProperty("isStale").GetBoolean());
}

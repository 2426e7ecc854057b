// A server in a process of its own, which nobody else's measurements get into: signed-in users, /metrics on a port of its own,
// a collector, and a log of JSON.
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Analytics.Gql.Tests.Access;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Gql.Tests.Http;
using Npgsql;

namespace Analytics.Gql.Tests.Telemetry;

public sealed class WatchedServer : DatabaseFixture
{
    private Collector _collector = null!;
    private ServerProcess _process = null!;

    public HttpClient Http { get; private set; } = null!;
    public Workouts Workouts { get; private set; } = null!;
    public int MetricsPort { get; } = FreePort();
    public Guid Ada { get; private set; }

    /// <summary>The database's.</summary>
    public string Password { get; private set; } = "";

    public IReadOnlyCollection<string> Log => _process.Log;

    public string Exported(string signal) => _collector.Of(signal);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Workouts = new Workouts(Database);
        Ada = await Workouts.UserAsync();
        _collector = await Collector.StartAsync();
        var connection = WithPassword(Database.RefresherConnectionString);
        Password = connection.Password!;
        _process = await ServerProcess.StartAsync(Database, new Dictionary<string, string>
        {
            ["ConnectionStrings__Analytics"] = connection.ConnectionString,
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Analytics__Auth__Mode"] = "",
            ["Analytics__Auth__SigningKey"] = Tokens.Key,
            ["Analytics__Auth__Issuer"] = Tokens.Issuer,
            ["Analytics__Auth__Audience"] = Tokens.Audience,
            ["Analytics__Telemetry__MetricsPort"] = $"{MetricsPort}",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
            ["Logging__Console__FormatterName"] = "json",
            ["Logging__Console__FormatterOptions__IncludeScopes"] = "true",
        });
        Http = new HttpClient { BaseAddress = _process.Address };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.Of(Ada, "analytics:read"));
        // The night that a new database has missed is caught up at the start: it would fold in what a test stages.
        await ScrapeUntilAsync(scrape => scrape.Sum("quartz_job_execution_duration_seconds_count", ("quartz_job_name", "nightly-full-refresh")) > 0);
    }

    public override async Task DisposeAsync()
    {
        Http?.Dispose();
        if (_process is not null) await _process.DisposeAsync();
        if (_collector is not null) await _collector.DisposeAsync();
        await base.DisposeAsync();
    }

    public async Task<JsonElement> AskAsync(string query, object? variables = null)
    {
        using var response = await Http.PostAsJsonAsync("/graphql", new { query, variables });
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Asks by the id of a file of schema/operations.</summary>
    public async Task AskTrustedAsync(string file, object variables)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "operations", file));
        using var response = await Http.PostAsJsonAsync("/graphql", new { documentId = DocumentFolder.IdOf(text), variables });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Lets everything happen once that is measured: operations, an error, a drain, a night.</summary>
    public async Task UseAsync()
    {
        await AskTrustedAsync("AthletePage.graphql", new { userId = Ada, from = "2026-03-02", to = "2026-03-29" });
        await AskAsync("{ nothing }");
        await Workouts.SessionAsync(Ada, "2026-03-04T10:00:00Z");
        await ScrapeUntilAsync(scrape =>
            scrape.Sum("analytics_drain_changes_total") > 0 && scrape.Sum("analytics_full_refresh_last_success_seconds") > 0
            && scrape.Sum("analytics_operation_errors_total") > 0);
    }

    /// <summary>As Prometheus asks, which is told units too.</summary>
    public async Task<string> ScrapeTextAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{MetricsPort}/metrics"));
        request.Headers.TryAddWithoutValidation("Accept", "application/openmetrics-text;version=1.0.0");
        using var response = await Http.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    internal async Task<Scrape> ScrapeAsync() => Scrape.Of(await ScrapeTextAsync());

    /// <summary>Collected after now: what was scraped is remembered for a moment, and tells by the processor's time whether it
    /// is the same.</summary>
    internal async Task<Scrape> ScrapeAnewAsync()
    {
        const string moves = "dotnet_process_cpu_time_seconds_total";
        var before = (await ScrapeAsync()).Sum(moves);
        return await ScrapeUntilAsync(scrape => scrape.Sum(moves) > before);
    }

    /// <summary>Scrapes until it is so: gauges are looked at each five seconds.</summary>
    internal async Task<Scrape> ScrapeUntilAsync(Func<Scrape, bool> condition)
    {
        for (var patience = 300; ; patience--)
        {
            var scrape = await ScrapeAsync();
            if (condition(scrape)) return scrape;
            Assert.True(patience > 0, $"It did not come to that:\n{scrape}");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    // Where the server asks for none, none is sent, whatever it is.
    private static NpgsqlConnectionStringBuilder WithPassword(string connection)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection);
        settings.Password ??= "a-password-nobody-may-read";
        return settings;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

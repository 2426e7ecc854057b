// Where Prometheus scrapes: /metrics, on the API's port or on one of its own.
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Telemetry;

public static class MetricsEndpoint
{
    public const string Path = "/metrics";

    private const string Urls = "urls", HttpPorts = "http_ports", HttpsPorts = "https_ports";

    /// <summary>Lets the server listen on the port of its own too, at the hosts at which it listens anyway.</summary>
    internal static void ListenForMetrics(this WebApplicationBuilder builder, TelemetryOptions options)
    {
        if (!options.Metrics || options.MetricsPort == 0) return;
        var api = AddressesOf(builder.Configuration);
        var own = api.Select(address => $"http://{BindingAddress.Parse(address).Host}:{options.MetricsPort}")
            .Distinct(StringComparer.Ordinal);
        builder.WebHost.UseUrls([.. api.Concat(own).Distinct(StringComparer.Ordinal)]);
    }

    // As the host reads them when nobody says anything else.
    private static string[] AddressesOf(ConfigurationManager settings)
    {
        if (Parts(settings[Urls]) is { Length: > 0 } urls) return urls;
        string[] ports =
        [
            .. Parts(settings[HttpPorts]).Select(port => $"http://*:{port}"),
            .. Parts(settings[HttpsPorts]).Select(port => $"https://*:{port}"),
        ];
        return ports.Length > 0 ? ports : ["http://localhost:5000"];

        static string[] Parts(string? list) =>
            list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
    }

    /// <summary>Before everything else that answers. A port for metrics answers nothing but them.</summary>
    internal static void UseMetrics(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<TelemetryOptions>>().Value;
        if (!options.Metrics) return;
        // By the port that was connected to: a Host header says what its sender likes.
        if (options.MetricsPort == 0)
        {
            app.UseOpenTelemetryPrometheusScrapingEndpoint(http => http.Request.Path == Path);
            return;
        }
        app.UseOpenTelemetryPrometheusScrapingEndpoint(
            http => http.Connection.LocalPort == options.MetricsPort && http.Request.Path == Path);
        app.Use((http, next) =>
        {
            if (http.Connection.LocalPort != options.MetricsPort) return next(http);
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }
}

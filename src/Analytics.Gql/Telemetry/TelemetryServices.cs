// Puts telemetry together: what is listened to, and where it goes.
using Analytics.Gql.Engine.Limits;
using Analytics.Store;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Analytics.Gql.Telemetry;

// OTEL_EXPORTER_OTLP_ENDPOINT, or that of a signal ⇒ it is exported, as the other OTEL_* variables say; none ⇒ no span is made
// Analytics:Telemetry:Metrics ⇒ /metrics

public static class TelemetryServices
{
    private const string ServiceName = "analytics-gql", Npgsql = "Npgsql", Quartz = "Quartz";

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var (services, settings) = (builder.Services, builder.Configuration);
        LogLessOfEachRequest(settings);
        services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TelemetryOptions>>(new BoundsCheck<TelemetryOptions>(TelemetryOptions.Section));
        var options = settings.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>() ?? new TelemetryOptions();
        builder.ListenForMetrics(options);

        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource
            .AddService(ServiceName, serviceVersion: typeof(TelemetryServices).Assembly.GetName().Version?.ToString(3))
            .AddEnvironmentVariableDetector());
        if (IsExported(settings, "TRACES")) telemetry.WithTracing(Trace);
        var exportsMetrics = IsExported(settings, "METRICS");
        if (exportsMetrics || options.Metrics)
        {
            services.AddHostedService<RefreshGauges>().AddHostedService<ServerGauges>();
            telemetry.WithMetrics(metrics =>
            {
                Measure(metrics);
                if (exportsMetrics) metrics.AddOtlpExporter();
                if (options.Metrics) metrics.AddPrometheusExporter(prometheus => prometheus.ScopeInfoEnabled = false);
            });
        }
        if (IsExported(settings, "LOGS"))
            telemetry.WithLogging(logs => logs.AddOtlpExporter(), log => log.IncludeScopes = true);
    }

    // ASP.NET's lines of each request cost more than its answer, and hold its address: with a GET the variables are in it.
    // Below everything that an operator sets.
    private static void LogLessOfEachRequest(ConfigurationManager settings) => ((IConfigurationBuilder)settings).Sources.Insert(
        0, new MemoryConfigurationSource { InitialData = [new("Logging:LogLevel:Microsoft.AspNetCore", "Warning")] });

    /// <summary>Exporting begins with saying where to, so that a server without a collector does not look for one.</summary>
    private static bool IsExported(ConfigurationManager settings, string signal) =>
        !string.Equals(settings[$"OTEL_{signal}_EXPORTER"], "none", StringComparison.OrdinalIgnoreCase)
        && !string.IsNullOrEmpty(settings[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] ?? settings["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    private static void Trace(TracerProviderBuilder traces) => traces
        .AddAspNetCoreInstrumentation(http => http.Filter = IsWorthATrace)
        .AddSource(ServerTelemetry.Name, StoreTelemetry.Name, Npgsql, Quartz)
        .AddProcessor(new PollingNoise())
        .AddOtlpExporter();

    // Probes and scrapes come every few seconds, and are answered with what they would tell.
    private static bool IsWorthATrace(HttpContext http) =>
        !http.Request.Path.StartsWithSegments("/health") && !http.Request.Path.StartsWithSegments(MetricsEndpoint.Path);

    private static void Measure(MeterProviderBuilder metrics) => metrics
        .AddMeter(ServerTelemetry.Name, StoreTelemetry.Name, Npgsql, Quartz, "System.Runtime", "Microsoft.AspNetCore.Hosting")
        .AddView(instrument => instrument.Meter.Name == Quartz && instrument.Name != "quartz.job.execution.duration"
            ? MetricStreamConfiguration.Drop
            : null)
        // Not the scheduler's id, which is another one after each start.
        .AddView("quartz.job.execution.duration", new ExplicitBucketHistogramConfiguration
        {
            TagKeys = ["quartz.job.name", "quartz.job.result"],
            Boundaries = [0.01, 0.1, 0.5, 1, 5, 10, 60, 300, 900, 3600, 10800],
        });
}

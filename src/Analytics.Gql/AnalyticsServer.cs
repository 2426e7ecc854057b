// Puts the server together: settings, store, engine, jobs, endpoints.
using Analytics.Gql.Access;
using Analytics.Gql.Batching;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Freshness;
using Analytics.Gql.Health;
using Analytics.Gql.Http;
using Analytics.Gql.Jobs;
using Analytics.Gql.PersonalRecords;
using Analytics.Gql.Refresh;
using Analytics.Gql.SessionSummaries;
using Analytics.Gql.Telemetry;
using Analytics.Gql.Users;
using Analytics.Gql.WeeklyAggregates;
using Analytics.Store;
using Analytics.Store.Readers;
using Analytics.Store.Refresh;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Analytics.Gql;

public static class AnalyticsServer
{
    /// <summary>The primary: the worker, the jobs, the mutations and subscriptions.</summary>
    public const string ConnectionKey = "ConnectionStrings:Analytics";

    /// <summary>Reads; optional, else <see cref="ConnectionKey"/>.</summary>
    public const string ReadConnectionKey = "ConnectionStrings:AnalyticsRead";

    /// <summary>The command migrate; optional, else <see cref="ConnectionKey"/>.</summary>
    public const string MigrateConnectionKey = "ConnectionStrings:AnalyticsMigrate";

    /// <summary>A server that is ready to run. The database must be migrated.</summary>
    /// <exception cref="SettingsException">A setting is missing or wrong.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        SettingsSources.InsertOperators(builder.Configuration);
        configure?.Invoke(builder);
        builder.AddSystemdUnit();
        builder.AddTelemetry();
        builder.Services.AddAccess(AuthOptions.Read(builder.Configuration, builder.Environment));
        var connection = ConnectionString(builder.Configuration);
        AddStore(builder.Services, connection, builder.Configuration[ReadConnectionKey] is { Length: > 0 } reads ? reads : null);
        AddApi(builder.Services);
        AddSubscriptions(builder.Services, connection);
        builder.Services.AddHostedService(s => s.GetRequiredService<ModeMonitor>());
        builder.Services.AddHostedService(s => s.GetRequiredService<Calendars>());
        builder.Services.AddRefreshJobs(connection);
        builder.Services.AddHealth();

        var app = builder.Build();
        app.UseMetrics();
        app.UseAnalyticsHttp();
        app.UseDashboard();
        app.UseAuthentication();
        app.UseWebSockets();
        app.MapAnalyticsGraphQL();
        app.MapHealth();
        return app;
    }

    /// <summary>Of the primary: of several hosts, whichever is it.</summary>
    /// <exception cref="SettingsException">It is not set.</exception>
    public static string ConnectionString(IConfiguration settings) => settings[ConnectionKey] is { Length: > 0 } connection
        ? DataSources.OfPrimary(connection)
        : throw new SettingsException(
            $"{ConnectionKey} is not set. Set ConnectionStrings__Analytics to an Npgsql connection string, "
            + "such as \"Host=localhost;Database=app;Username=analytics;Password=…\".");

    /// <exception cref="SettingsException">Neither it nor the primary's is set.</exception>
    public static string MigrateConnectionString(IConfiguration settings) =>
        settings[MigrateConnectionKey] is { Length: > 0 } migrate ? migrate : ConnectionString(settings);

    private static void AddStore(IServiceCollection services, string connection, string? readConnection)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<RefreshOptions>().BindConfiguration(RefreshOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RefreshOptions>, RefreshOptionsCheck>();
        services.AddSingleton(_ => DataSources.Primary(connection));
        services.AddSingleton(s => ReadServers.Open(
            connection, readConnection,
            TimeSpan.FromSeconds(s.GetRequiredService<IOptions<LimitOptions>>().Value.StatementTimeoutS)));
        services.AddSingleton(s =>
        {
            var options = s.GetRequiredService<IOptions<RefreshOptions>>().Value;
            return new Drain(s.GetRequiredService<NpgsqlDataSource>(), options.BatchSize, options.WholeUsersPerBatch);
        });
        services.AddSingleton(new FullRefresh(connection));
        services.AddSingleton<RefreshControl>().AddSingleton<Heartbeat>().AddSingleton<Staging>().AddSingleton<RefreshRuns>().AddSingleton<Verification>()
            .AddSingleton<RefreshObserver>();
        services.AddSingleton<WeeklyAggregatesReader>().AddSingleton<SessionSummariesReader>().AddSingleton<SessionPagesReader>()
            .AddSingleton<PersonalRecordsReader>().AddSingleton<TimeZones>().AddSingleton<UsersReader>()
            .AddSingleton<FreshnessReader>().AddSingleton<ReadVersions>();
    }

    private static void AddSubscriptions(IServiceCollection services, string connection)
    {
        services.AddStreaming();
        services.AddSingleton<IConfigureOptions<HostOptions>, StopTimes>();
        services.AddSingleton(new RefreshFeedSource(connection)).AddSingleton<RefreshEvents>().AddSingleton<RefreshFeed>();
        services.AddHostedService(s => s.GetRequiredService<RefreshFeed>());
    }

    private static void AddApi(IServiceCollection services)
    {
        services.AddAnalyticsSchema();
        services.AddSingleton(s =>
        {
            var limits = s.GetRequiredService<IOptions<LimitOptions>>().Value;
            var most = limits.MaxConcurrentLargeReads;
            return new FetchPlaces(
                most > 0 ? most : FetchPlaces.ShareOf(s.GetRequiredService<ReadServers>().MaxConnections), limits.LargeOperationCost);
        });
        services.AddAnalyticsHttp();
        services.AddSingleton<ModeMonitor>().AddSingleton<Calendars>().AddSingleton<AnswerVersions>()
            .AddSingleton<ReadAnswerVersion>(s => s.GetRequiredService<AnswerVersions>().ReadAsync);
        services.AddScoped<WeeklyAggregatesLoader>().AddScoped<SessionSummaryLoader>().AddScoped<SessionsOfWeekLoader>()
            .AddScoped<SessionPageLoader>().AddScoped<UserLoader>().AddScoped<FreshnessLoader>()
            .AddScoped<ServiceFreshnessLoader>().AddScoped<PersonalRecordsLoader>()
            .AddScoped<PersonalRecordCountLoader>().AddScoped<RefreshRunsLoader>();
    }
}

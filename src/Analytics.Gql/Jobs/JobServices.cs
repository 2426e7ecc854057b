// The workers, and Quartz on its clustered PostgreSQL store.
using Quartz;

namespace Analytics.Gql.Jobs;

public static class JobServices
{
    public static IServiceCollection AddRefreshJobs(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton<Backlog>().AddHostedService<DrainWorker>().AddHostedService<FullRefreshWorker>()
            .AddHostedService<HeartbeatWorker>();
        // Quartz keeps its tables in a schema of its own.
        var store = new Npgsql.NpgsqlConnectionStringBuilder(connectionString) { SearchPath = "quartz", ApplicationName = "analytics-gql jobs" };
        JobTraceIds.Begin();
        services.AddQuartz(quartz =>
        {
            quartz.AddJobLogScope();
            quartz.ConfigureScheduler(o =>
            {
                o.InstanceName = "analytics-gql"; // its instance id is made unique when unset
                // A night is not waited for by whoever restarts a node: another node is handed it at once.
                o.ShutdownJobInterruption = ShutdownJobInterruption.Always;
            });
            quartz.UsePersistentStore(o =>
            {
                // Made here only for its name: it would else be called by its connection string.
                o.UsePostgres(d => d.DataSourceFactory = _ => new Npgsql.NpgsqlDataSourceBuilder(store.ConnectionString) { Name = "jobs" }.Build());
                o.ConfigureStore(ado => ado.RecoverFiringsCancelledByShutdown = true);
                o.ProvisionSchema();
                o.UseClustering(c => c.CheckinInterval = TimeSpan.FromSeconds(10));
                o.UseSystemTextJsonSerializer();
            });
            quartz.UseDefaultRetryPolicy(RetryPolicy.Exponential(5, TimeSpan.FromSeconds(10), 2, TimeSpan.FromMinutes(10)));
            Add<IncrementalRefreshJob>(quartz, "incremental-refresh", "0 * * * * ?");
            Add<NightlyFullRefreshJob>(quartz, "nightly-full-refresh", "0 0 2 * * ?");
            Add<DriftAuditJob>(quartz, "drift-audit", "0 37 * * * ?");
            Add<HousekeepingJob>(quartz, "housekeeping", "0 17 * * * ?");
            // A night that no node saw is caught up when one starts; the job does nothing where none was missed.
            quartz.AddTrigger<NightlyFullRefreshJob>(t => t.ForJob("nightly-full-refresh").WithIdentity("catch-up").StartNow());
        });
        return services.AddHostedService<JobScheduler>();
    }

    private static void Add<TJob>(IQuartzBuilder quartz, string name, string cron) where TJob : class, IJob
    {
        // Recovery: what a node was doing when it died, another one does.
        quartz.AddJob<TJob>(j => j.WithIdentity(name).StoreDurably().RequestRecovery());
        quartz.AddTrigger<TJob>(t => t.ForJob(name).WithIdentity(name)
            .WithCronSchedule(cron, c => c.InTimeZone(TimeZoneInfo.Utc).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)));
    }
}

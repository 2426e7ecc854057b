// The scheduled jobs, each a shell of a few lines over the store.
using Analytics.Gql.Refresh;
using Analytics.Store.Refresh;
using Microsoft.Extensions.Options;
using Npgsql;
using Quartz;

namespace Analytics.Gql.Jobs;

/// <summary>Each minute: drains what is staged, so that draining goes on should every worker be stuck.</summary>
[DisallowConcurrentExecution]
public sealed class IncrementalRefreshJob(Drain drain) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await drain.RunUntilEmptyAsync(cancellationToken);
}

/// <summary>02:00 UTC: refreshes every matview, unless that was done since (by another node, or by hand).</summary>
[DisallowConcurrentExecution]
public sealed class NightlyFullRefreshJob(FullRefresh refresh, RefreshControl control, TimeProvider time) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var status = await control.ReadAsync(cancellationToken);
        if (!NightlySchedule.IsMissed(status.LastFullRefreshAt, time.GetUtcNow().UtcDateTime))
            return;
        var result = await refresh.RunAsync(cancellationToken);
        if (result.Errors.Count > 0)
            throw new JobExecutionException($"The nightly full refresh failed: {string.Join("; ", result.Errors)}");
    }
}

/// <summary>Each hour: compares a sample of users with the base tables, and stages whoever differs.</summary>
[DisallowConcurrentExecution]
public sealed partial class DriftAuditJob(
    NpgsqlDataSource primary, Verification verification, RefreshRuns runs, ModeMonitor mode,
    IOptions<RefreshOptions> options, TimeProvider time, ILogger<DriftAuditJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        if (mode.Status.Mode == RefreshMode.Live)
            return; // nothing is kept, so nothing can drift
        var startedAt = time.GetUtcNow().UtcDateTime;
        var faults = await StagingTriggers.FaultsAsync(primary, cancellationToken);
        foreach (var fault in faults)
            LogTrigger(log, fault);
        var drifts = await verification.RunAsync(cancellationToken, options.Value.AuditSampleUsers, repair: true);
        foreach (var drift in drifts.Where(d => d.Rows > 0))
            LogDrift(log, drift.Aggregate, drift.Rows, drift.Users.Count, string.Join(", ", drift.Examples));
        await runs.RecordAuditAsync(
            startedAt, drifts.Sum(d => d.Rows), faults.Count == 0 ? null : string.Join("; ", faults), cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "Drift: {Rows} rows of {Aggregate} differed, of {Users} users, now staged; such as {Examples}")]
    private static partial void LogDrift(ILogger log, string aggregate, long rows, int users, string examples);

    [LoggerMessage(LogLevel.Error, "Changes are being missed: {Fault}")]
    private static partial void LogTrigger(ILogger log, string fault);
}

/// <summary>Each hour: lets old history go.</summary>
[DisallowConcurrentExecution]
public sealed class HousekeepingJob(RefreshRuns runs, IOptions<RefreshOptions> options) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await runs.ForgetAsync(
        TimeSpan.FromDays(options.Value.KeepDrainsDays), TimeSpan.FromDays(options.Value.KeepFullRefreshesDays), cancellationToken);
}

/// <summary>When a night's refresh is due.</summary>
public static class NightlySchedule
{
    private static readonly TimeSpan At = TimeSpan.FromHours(2);

    /// <summary>Whether no full refresh has begun since the latest 02:00 UTC.</summary>
    public static bool IsMissed(DateTime? lastFullRefreshAt, DateTime utcNow)
    {
        var latest = utcNow.Date + At <= utcNow ? utcNow.Date + At : utcNow.Date.AddDays(-1) + At;
        return lastFullRefreshAt is null || lastFullRefreshAt < latest;
    }
}

// Starts Quartz when the primary is there, and stops it in bounded time when it is not.
using Npgsql;
using Quartz;

namespace Analytics.Gql.Jobs;

// start ⇒ tables and jobs, if the primary answers ⇒ the node has started ⇒ beside it: scheduler started, or again, later
// stop  ⇒ jobs are interrupted and handed back ⇒ shut down, or the patience is over
//
// In place of Quartz's own hosted service: that one fails a node's start while the primary is away, though replicas are
// there to be read, and waits for a database that is gone before it lets the node stop.

public sealed partial class JobScheduler(
    ISchedulerFactory schedulers, NpgsqlDataSource primary, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<JobScheduler> log) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(8);
    private IScheduler? _scheduler;

    /// <summary>Its tables and jobs are there when this returns, if the primary is.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(CreateAsync, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // No job runs in a server that is still starting.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(started.SetResult))
            await started.Task.WaitAsync(stoppingToken);
        while (!await TryAsync(async ct =>
        {
            await CreateAsync(ct);
            await _scheduler!.Start(ct);
        }, stoppingToken))
            await Task.Delay(Again, time, stoppingToken);
    }

    private async Task CreateAsync(CancellationToken ct)
    {
        if (_scheduler is not null)
            return;
        await using (await primary.OpenConnectionAsync(ct))
            _scheduler = await schedulers.GetScheduler(ct);
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> step, CancellationToken ct)
    {
        try
        {
            await step(ct);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or SchedulerException)
        {
            LogLater(log, Again, e.Message);
            return false;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_scheduler is null)
            return;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(StopPatience);
            await _scheduler.Shutdown(waitForJobsToComplete: true, patience.Token).AsTask()
                .WaitAsync(StopPatience + TimeSpan.FromSeconds(1), time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or NpgsqlException or SchedulerException)
        {
            LogLeft(log, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The jobs cannot be scheduled; trying again in {Again}: {Reason}")]
    private static partial void LogLater(ILogger log, TimeSpan again, string reason);

    [LoggerMessage(LogLevel.Warning, "The scheduler did not stop in time; another node takes over what it was doing: {Reason}")]
    private static partial void LogLeft(ILogger log, string reason);
}

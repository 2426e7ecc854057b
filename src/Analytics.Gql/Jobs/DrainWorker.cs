// Drains within a second of a commit: looks every 250 ms, goes on at once while there is more, backs off on faults.
// The drain's advisory lock lets one node work at a time; the others look and find it taken.
using Analytics.Gql.Refresh;
using Analytics.Store.Refresh;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Analytics.Gql.Jobs;

public sealed partial class DrainWorker(
    Drain drain, Backlog backlog, ModeMonitor mode,
    IOptions<RefreshOptions> options, TimeProvider time, ILogger<DrainWorker> log) : BackgroundService
{
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var poll = TimeSpan.FromMilliseconds(options.Value.PollMs);
        var backOff = poll;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await StepAsync(stoppingToken))
                    await Task.Delay(poll, time, stoppingToken);
                backOff = poll;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogFault(log, backOff, e);
                await Task.Delay(backOff, time, stoppingToken);
                backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
            }
        }
    }

    /// <returns>Whether to go on at once.</returns>
    private async Task<bool> StepAsync(CancellationToken ct)
    {
        if (mode.Status.Mode != RefreshMode.Incremental)
            return false;
        var onlySince = backlog.OnlySince(mode.Status.FullRefreshAskedAt);
        var batch = await drain.RunBatchAsync(ct, onlySince);
        if (batch.SetAside > 0)
            LogSetAside(log, batch.SetAside);
        if (batch.StagedChanges < options.Value.BatchSize)
        {
            if (batch.StagedChanges == 0)
                backlog.Forget();
            return batch.StagedChanges > 0;
        }
        await backlog.NoteAsync(batch.StagedChanges, mode.Status, ct);
        return true;
    }

    [LoggerMessage(LogLevel.Error, "A drain failed; nothing was lost; trying again in {BackOff}")]
    private static partial void LogFault(ILogger log, TimeSpan backOff, Exception fault);

    [LoggerMessage(LogLevel.Error, "{Changes} staged changes could not be recomputed and are set aside: see refreshRuns")]
    private static partial void LogSetAside(ILogger log, long changes);
}

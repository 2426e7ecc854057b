// Runs the full refreshes that somebody staged: requestFullRefresh, a truncate, a way back from Live, a great backlog.
using Analytics.Gql.Refresh;
using Analytics.Store.Refresh;
using Npgsql;

namespace Analytics.Gql.Jobs;

public sealed partial class FullRefreshWorker(
    FullRefresh refresh, ModeMonitor mode, TimeProvider time, ILogger<FullRefreshWorker> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Poll;
            if (mode.Status is { FullRefreshAsked: true, Mode: not RefreshMode.Live })
                pause = await RunAsync(stoppingToken) ? Poll : AfterFault;
            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private async Task<bool> RunAsync(CancellationToken ct)
    {
        try
        {
            var result = await refresh.RunAsync(ct);
            if (result.Ran)
                LogDone(log, result.StagedChanges, string.Join("; ", result.Errors));
            await mode.LookAsync(ct);
            return result.Errors.Count == 0;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            LogFault(log, AfterFault, e);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "Full refresh done: {Cleared} staged changes cleared; errors: '{Errors}'")]
    private static partial void LogDone(ILogger log, long cleared, string errors);

    [LoggerMessage(LogLevel.Error, "A full refresh failed; trying again in {Pause}")]
    private static partial void LogFault(ILogger log, TimeSpan pause, Exception fault);
}

// Each second a beat on the primary, where answers come from replicas: in every mode, on every node; one of them writes.
using Analytics.Store;
using Analytics.Store.Refresh;
using Npgsql;

namespace Analytics.Gql.Jobs;

/// <summary>A server without replicas writes none: nobody would read it.</summary>
public sealed partial class HeartbeatWorker(
    Heartbeat heartbeat, ReadServers servers, TimeProvider time, ILogger<HeartbeatWorker> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!servers.HasReplicas)
            return;
        var beating = true;
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                await heartbeat.BeatAsync(stoppingToken);
                beating = true;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                if (beating)
                    LogStopped(log, e.Message);
                beating = false;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "The heartbeat cannot be written; answers of replicas say that they grow old: {Reason}")]
    private static partial void LogStopped(ILogger log, string reason);
}

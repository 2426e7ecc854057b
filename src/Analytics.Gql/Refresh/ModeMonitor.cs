// Knows the mode that holds, on every node, within half a second of the switch.
using Analytics.Gql.Freshness;
using Analytics.Store;
using Analytics.Store.Readers;
using Analytics.Store.Refresh;
using Npgsql;

namespace Analytics.Gql.Refresh;

/// <summary>Polls refresh_state on the primary, and on a replica while the primary is away. A node that is briefly behind
/// stays honest: freshness belongs to what was read.</summary>
public sealed partial class ModeMonitor(
    RefreshControl control, ReadServers servers, TimeProvider time, ILogger<ModeMonitor> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile RefreshStatus _status = new(RefreshMode.Incremental, null, null);

    public RefreshStatus Status => _status;

    /// <summary>Whether the last look found no primary.</summary>
    public bool IsPrimaryAway { get; private set; }

    /// <summary>What an answer is read from.</summary>
    public ReadSource SourceFor(Consistency consistency) =>
        ReadSources.Of(_status.Mode, fresh: consistency == Consistency.Fresh);

    /// <summary>The first look comes before the first request.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Looks now; for callers that have just switched. One after the other: an earlier look that ends later would
    /// bring back what it saw.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            var before = _status.Mode;
            _status = await ReadAsync(ct);
            if (_status.Mode != before)
                LogMode(log, before, _status.Mode);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<RefreshStatus> ReadAsync(CancellationToken ct)
    {
        try
        {
            var status = await control.ReadAsync(ct);
            if (IsPrimaryAway)
                LogBack(log);
            IsPrimaryAway = false;
            return status;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException && servers.HasReplicas)
        {
            if (!IsPrimaryAway)
                LogAway(log, e.Message);
            IsPrimaryAway = true;
            return await RefreshControl.ReadReplicaAsync(servers, ct);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogUnreachable(log, e.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Refresh mode was {Before}, is {After}")]
    private static partial void LogMode(ILogger log, RefreshMode before, RefreshMode after);

    [LoggerMessage(LogLevel.Warning, "The primary cannot be reached; replicas are read meanwhile and answers say how old they are: {Reason}")]
    private static partial void LogAway(ILogger log, string reason);

    [LoggerMessage(LogLevel.Information, "The primary answers again")]
    private static partial void LogBack(ILogger log);

    [LoggerMessage(LogLevel.Warning, "The refresh mode cannot be read; going on with the last one: {Reason}")]
    private static partial void LogUnreachable(ILogger log, string reason);
}

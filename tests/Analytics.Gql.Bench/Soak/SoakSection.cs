// Steady mixed load with live writes for an hour: nothing grows, no error, no dishonest answer.
//
// readers, writers, subscribers, hang-ups, full refreshes and the check of honesty, and samples of everything beside them
//   ⇒ stop ⇒ nothing staged ⇒ clients are gone and the server has noticed ⇒ core against what the writers noted, each
//   aggregate against the base tables
using System.Diagnostics;
using System.Runtime.InteropServices;
using Analytics.Gql.Bench.Serving;
using Analytics.Gql.Bench.Writing;
using Dapper;

namespace Analytics.Gql.Bench.Soak;

internal sealed class SoakSection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), Poll = TimeSpan.FromMilliseconds(100);

    private readonly SoakRig _rig;
    private readonly TimeSpan _duration;
    private readonly SoakLoad _load;
    private readonly Action<string> _log;

    public SoakSection(SoakRig rig, TimeSpan duration, int seed, Action<string> log)
    {
        (_rig, _duration, _log) = (rig, duration, log);
        _load = new SoakLoad(rig, duration, seed, Tally, Writes);
        Sampler = new SoakSampler(rig, Tally, log);
    }

    public SoakTally Tally { get; } = new();
    public WriteTally Writes { get; } = new();
    public SoakSampler Sampler { get; }
    public HonestyCheck Honesty => _load.Honesty;
    public RefreshCounts Refreshes { get; private set; } = new(0, 0, 0, 0);

    /// <summary>How long the load lasted.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Answers with a fault of the server's own, as it counted them itself.</summary>
    public double Faults { get; private set; }

    /// <summary>Entries of the server's log at Warning and above.</summary>
    public int Complaints => _rig.Server.Complaints;

    /// <summary>Connections and subscriptions that the server still counted when all clients were gone.</summary>
    public double LeftOpen { get; private set; }

    public bool QueueRanEmpty { get; private set; }

    /// <summary>SIGHUP ends the load earlier, and the rest is done as if its time were up.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        stop.CancelAfter(_duration);
        using var cut = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        var sampling = Task.Run(() => Sampler.RunAsync(stop.Token, ct), ct);
        await Task.WhenAll(_load.Start(stop.Token, ct).Append(sampling).Select(work => EndAllIfItFailsAsync(work, stop)));
        Elapsed = Stopwatch.GetElapsedTime(started);
        _log("the load has stopped");
        await SettleAsync(ct);
    }

    private static async Task EndAllIfItFailsAsync(Task work, CancellationTokenSource stop)
    {
        try
        {
            await work;
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task SettleAsync(CancellationToken ct)
    {
        QueueRanEmpty = await UntilAsync(async () =>
        {
            await using var connection = await _rig.Primary.OpenConnectionAsync(ct);
            return !await connection.ExecuteScalarAsync<bool>("select exists (select from analytics.staging_changes)");
        }, ct);
        using var http = new HttpClient();
        await UntilAsync(async () =>
        {
            var metrics = await ServerMetrics.ReadAsync(http, _rig.Server.Endpoint, ct);
            (Faults, LeftOpen) = (SoakFigures.FaultsOf(metrics), SoakFigures.StayingOf(metrics));
            return LeftOpen == 0;
        }, ct);
        await CoreComparison.RunAsync(_load.AllWriters, _rig.Primary, Writes, ct);
        Refreshes = await RefreshCounts.ReadAsync(_rig.Primary, ct);
    }

    private static async Task<bool> UntilAsync(Func<Task<bool>> holds, CancellationToken ct)
    {
        for (var started = Stopwatch.GetTimestamp(); !await holds(); await Task.Delay(Poll, ct))
            if (Stopwatch.GetElapsedTime(started) > Patience)
                return false;
        return true;
    }

    public void Dispose() => _load.Dispose();
}

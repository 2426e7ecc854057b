// PostgreSQL that is killed with all its backends and started again, on the same port and data.
using System.Diagnostics;
using Analytics.LocalPostgres;

namespace Analytics.Gql.Bench.Crashes;

internal sealed class MortalCluster : IAsyncDisposable
{
    private const int StartAttempts = 10;
    private readonly string _folder;
    private readonly int _port;
    private LocalCluster? _cluster;

    private MortalCluster(string folder, int port) => (_folder, _port) = (folder, port);

    public static async Task<MortalCluster> StartAsync(CancellationToken ct)
    {
        var parent = Directory.Exists("/var/tmp") ? "/var/tmp" : Path.GetTempPath();
        var cluster = new MortalCluster(Path.Combine(parent, $"analytics-crashes-{Guid.NewGuid():n}"), LoopbackPort.Free());
        await cluster.StartAgainAsync(ct);
        return cluster;
    }

    public string ConnectionStringFor(string database) => _cluster!.ConnectionStringFor(database);

    /// <summary>kill -9 of the postmaster and all its children: what a machine that stops leaves on its disk.</summary>
    public async Task KillAsync()
    {
        using var postmaster = Process.GetProcessById(_cluster!.ProcessId);
        // Stops the postmaster first, so that it starts no child meanwhile.
        postmaster.Kill(entireProcessTree: true);
        await postmaster.WaitForExitAsync();
        // Nothing is left to be stopped.
        foreach (var file in Directory.GetFiles(_folder, "postmaster.pid", SearchOption.AllDirectories))
            File.Delete(file);
        await _cluster.DisposeAsync();
        _cluster = null;
    }

    /// <summary>Returns when it takes connections: what was committed has been recovered by then.</summary>
    public async Task StartAgainAsync(CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // Durable: a commit that returned is in the log, whoever dies next.
                _cluster = await LocalCluster.StartAsync(
                    new LocalClusterOptions { Folder = _folder, Port = _port, Durable = true }, ct);
                return;
            }
            catch (LocalClusterException) when (attempt < StartAttempts)
            {
                // A killed backend is gone, and its shared memory with it, a moment after its postmaster.
                await Task.Delay(TimeSpan.FromMilliseconds(50), ct);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}

// A primary and its streaming replicas, each to be killed, started again, promoted and made anew.
//
// primary ⇒ replicas by pg_basebackup ⇒ kill -9 a member ⇒ start it again on its port and data
//                                     ⇒ promote a replica ⇒ the others follow it ⇒ the old primary is made anew as a replica
using System.Diagnostics;

namespace Analytics.LocalPostgres;

/// <summary>Members are numbered from 0, which is the primary at first. Their ports stay the same.</summary>
public sealed class ReplicatedCluster : IAsyncDisposable
{
    private const int StartAttempts = 20;

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["wal_level"] = "replica",
        ["max_wal_senders"] = "10",
        ["synchronous_commit"] = "on",
        ["shared_buffers"] = "64MB",
        // A replica that was away catches up from what the primary keeps.
        ["wal_keep_size"] = "512MB",
        ["wal_retrieve_retry_interval"] = "100ms",
    };

    private readonly string _folder;
    private readonly int[] _ports;
    private readonly LocalCluster?[] _members;
    private readonly bool[] _hasRun;
    private readonly Dictionary<string, string> _settings;

    private ReplicatedCluster(string folder, int replicas, IReadOnlyDictionary<string, string>? settings)
    {
        _folder = folder;
        _ports = [.. Enumerable.Range(0, replicas + 1).Select(_ => LoopbackPort.Free())];
        _members = new LocalCluster?[replicas + 1];
        _hasRun = new bool[replicas + 1];
        _settings = new Dictionary<string, string>(Settings);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            _settings[name] = value;
    }

    /// <summary>Who is the primary, or was it until it was killed.</summary>
    public int Primary { get; private set; }

    public IReadOnlyList<int> Ports => _ports;

    public int Count => _members.Length;

    public LocalCluster this[int member] => _members[member]
        ?? throw new InvalidOperationException($"Member {member} is not running. Start it again first.");

    public bool IsRunning(int member) => _members[member] is not null;

    /// <param name="settings">Of every member, besides what replication needs.</param>
    public static async Task<ReplicatedCluster> StartAsync(
        int replicas, CancellationToken ct, IReadOnlyDictionary<string, string>? settings = null)
    {
        var parent = Directory.Exists("/var/tmp") ? "/var/tmp" : Path.GetTempPath();
        var cluster = new ReplicatedCluster(Path.Combine(parent, $"analytics-replicated-{Guid.NewGuid():n}"), replicas, settings);
        try
        {
            await cluster.StartMemberAsync(0, ct);
            for (var member = 1; member <= replicas; member++)
                await cluster.StartMemberAsync(member, ct);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public string ConnectionStringFor(int member, string database) => this[member].ConnectionStringFor(database);

    /// <summary>All of the given members in one connection string.</summary>
    /// <param name="ports">In place of the members' own, where somebody stands between.</param>
    public string ConnectionStringFor(IEnumerable<int> ports, string database) =>
        $"Host={string.Join(',', ports.Select(port => $"127.0.0.1:{port}"))};Username=postgres;"
        + $"Password={_members.First(m => m is not null)!.Password};Database={database}";

    /// <summary>kill -9 of the postmaster and all its children.</summary>
    public async Task KillAsync(int member)
    {
        using var postmaster = Process.GetProcessById(this[member].ProcessId);
        // Stops the postmaster first, so that it starts no child meanwhile.
        postmaster.Kill(entireProcessTree: true);
        await postmaster.WaitForExitAsync();
        // Nothing is left to be stopped.
        foreach (var file in Directory.GetFiles(Folder(member), "postmaster.pid", SearchOption.AllDirectories))
            File.Delete(file);
        await this[member].DisposeAsync();
        _members[member] = null;
    }

    /// <summary>Starts a member: on its data, or as a new replica of the primary where there are none.</summary>
    /// <returns>Once it takes connections.</returns>
    public async Task StartMemberAsync(int member, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _members[member] = await LocalCluster.StartAsync(new LocalClusterOptions
                {
                    Folder = Folder(member),
                    Port = _ports[member],
                    Settings = _settings,
                    Source = PostgresSource.Installed,
                    ReplicaOf = member == Primary ? null : this[Primary],
                }, ct);
                _hasRun[member] = true;
                return;
            }
            catch (LocalClusterException) when (attempt < StartAttempts && Directory.Exists(Folder(member)))
            {
                // A killed backend is gone, and its shared memory with it, a moment after its postmaster.
                await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
                // Or somebody took the port, which nobody else knows of yet.
                if (!_hasRun[member]) _ports[member] = LoopbackPort.Free();
            }
        }
    }

    /// <summary>Notes who is the primary now; promoting it, and telling the others, are the caller's statements.</summary>
    public void Promoted(int member) => Primary = member;

    /// <summary>What a replica's primary_conninfo must be to follow a member.</summary>
    public string FollowingOf(int member) =>
        $"host=127.0.0.1 port={_ports[member]} user=postgres password={this[member].Password}";

    /// <summary>Throws a killed member's data away, as after a failover that left it behind: started again it is a new
    /// replica.</summary>
    public void Forget(int member) => Directory.Delete(Folder(member), recursive: true);

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members.Reverse())
            if (member is not null)
                await member.DisposeAsync();
        for (var member = 0; member < Count; member++)
            if (Directory.Exists(Folder(member)))
                Forget(member);
    }

    private string Folder(int member) => $"{_folder}-{member}";
}

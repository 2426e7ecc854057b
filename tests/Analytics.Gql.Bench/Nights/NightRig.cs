// What a night happens to: a primary with two replicas, each behind a proxy that can cut, three nodes behind one that sends
// requests where somebody is ready, writers and readers.
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Nights;

internal sealed class NightRig : IAsyncDisposable
{
    private const int Nodes = 3, Writers = 4, Readers = 6;
    private const string Database = "nights";

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _working = [];

    private NightRig(ReplicatedCluster cluster, NightTally tally)
    {
        (Cluster, Tally) = (cluster, tally);
        Proxies = [.. cluster.Ports.Select(port => new TcpProxy(LoopbackPort.Free(), port))];
        // The app's writers do not come through the proxies.
        Writes = NpgsqlDataSource.Create(cluster.ConnectionStringFor(cluster.Ports, Database)
            + ";Target Session Attributes=primary;Host Recheck Seconds=1;Timeout=5;Command Timeout=20;Application Name=night writers");
        var service = cluster.ConnectionStringFor(Proxies.Select(p => p.Port), Database);
        Settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Analytics"] = service,
            ["ConnectionStrings__AnalyticsRead"] = service + ";Maximum Pool Size=10",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Analytics__Auth__Mode"] = "Open",
            ["Analytics__Http__DrainDelayS"] = "2",
            ["Logging__LogLevel__Default"] = "None",
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
        };
        All = [.. Enumerable.Range(0, Nodes).Select(_ => new NodeProcess(NodeProcess.OwnAssembly, LoopbackPort.Free(), Settings))];
        Front = new FrontProxy([.. All.Select(node => node.Address)]);
    }

    public ReplicatedCluster Cluster { get; }

    public NightTally Tally { get; }

    /// <summary>One a member of the cluster.</summary>
    public IReadOnlyList<TcpProxy> Proxies { get; }

    public IReadOnlyList<NodeProcess> All { get; }

    public FrontProxy Front { get; }

    public NpgsqlDataSource Writes { get; }

    public IReadOnlyDictionary<string, string> Settings { get; }

    public IReadOnlyList<NightWriter> Users { get; private set; } = [];

    /// <param name="oldAssembly">Migrates the database and is run by the nodes at first; null: this build.</param>
    public static async Task<NightRig> StartAsync(string? oldAssembly, NightTally tally, Action<string> log, CancellationToken ct)
    {
        var cluster = await ReplicatedCluster.StartAsync(replicas: 2, ct);
        var rig = new NightRig(cluster, tally);
        try
        {
            log("primary and replicas run");
            await rig.LoadAsync(oldAssembly, ct);
            foreach (var node in rig.All)
            {
                node.Assembly = oldAssembly ?? NodeProcess.OwnAssembly;
                await node.StartAsync(ct);
            }
            await rig.Front.StartAsync();
            rig.Work(ct);
            log("nodes, writers and readers run");
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    public NpgsqlDataSource At(int member) =>
        NpgsqlDataSource.Create(Cluster.ConnectionStringFor(member, Database) + ";Pooling=false");

    /// <summary>One statement after the other, each in a transaction of its own.</summary>
    public async Task ExecuteAsync(int member, params IEnumerable<string> statements)
    {
        await using var source = At(member);
        await using var connection = await source.OpenConnectionAsync();
        foreach (var sql in statements) await connection.ExecuteAsync(sql);
    }

    public async Task<T> AskAsync<T>(int member, string sql, CancellationToken ct)
    {
        await using var source = At(member);
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, cancellationToken: ct)))!;
    }

    public async Task SpoilAsync(CancellationToken ct) => await ExecuteAsync(0, await AskAsync<string>(0, """
        select replace(pg_get_functiondef('analytics.freshness'::regproc), 'if pg_is_in_recovery() then', 'if false then')
        """, ct));

    private async Task LoadAsync(string? oldAssembly, CancellationToken ct)
    {
        await using (var admin = new NpgsqlConnection(Cluster.ConnectionStringFor(0, "postgres") + ";Pooling=false"))
            await admin.ExecuteAsync($"create database {Database}");
        var direct = Cluster.ConnectionStringFor(0, Database) + ";Pooling=false";
        if (oldAssembly is null)
            await Migrator.MigrateAsync(direct, log: null, ct);
        else
            await NodeProcess.RunAsync(
                oldAssembly, "migrate", new Dictionary<string, string> { ["ConnectionStrings__Analytics"] = direct }, ct);
        await new FullRefresh(direct).RunAsync(ct);
        var exercise = await AskAsync<Guid>(0, "insert into core.exercises (name) values ('Squat') returning exercise_id", ct);
        Users = [.. Enumerable.Range(0, Writers).Select(_ => new NightWriter(Writes, exercise))];
        foreach (var user in Users)
            await ExecuteAsync(0, $"insert into core.users (user_id, display_name) values ('{user.User}', 'Ada')");
        // A commit that answered is on a replica's disk too: whichever is ahead may be promoted.
        await ExecuteAsync(0, "alter system set synchronous_standby_names = 'ANY 1 (*)'", "select pg_reload_conf()");
    }

    private void Work(CancellationToken ct)
    {
        foreach (var user in Users)
            _working.Add(Task.Run(() => user.RunAsync(Tally.Wrong, _stop.Token, ct), ct));
        for (var reader = 0; reader < Readers; reader++)
            _working.Add(Task.Run(() => new NightReader(Front.Address, Users, Tally).RunAsync(_stop.Token), ct));
    }

    /// <summary>What a writer or reader threw is thrown here.</summary>
    public async Task StopWorkAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_working);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_working));
        await Front.DisposeAsync();
        foreach (var node in All) await node.DisposeAsync();
        foreach (var proxy in Proxies) await proxy.DisposeAsync();
        await Writes.DisposeAsync();
        await Cluster.DisposeAsync();
        _stop.Dispose();
    }
}

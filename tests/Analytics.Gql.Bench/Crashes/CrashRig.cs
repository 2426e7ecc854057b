// What the crashes happen to: a small database in a cluster that can be killed, the server beside it, and the app's writers.
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Serving;
using Analytics.Gql.Bench.Writing;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Crashes;

internal sealed class CrashRig : IAsyncDisposable
{
    private const int Writers = 4;
    private const string Database = "crashes";
    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(10);
    private static readonly string Query = GraphQLClient.Operation("AthleteWeeks");

    private readonly MortalCluster _cluster;
    private readonly Guid[] _users;
    private readonly NpgsqlDataSource _writes;
    private ServerProcess? _server;
    private GraphQLClient? _client;
    private CancellationTokenSource? _stop;
    private Task _writing = Task.CompletedTask;

    private CrashRig(MortalCluster cluster, WriteTally tally, Guid[] users)
    {
        (_cluster, _users) = (cluster, users);
        _writes = NpgsqlDataSource.Create(cluster.ConnectionStringFor(Database) + ";Application Name=crash writers");
        All = [.. Enumerable.Range(1, Writers).Select(n => new NotingWriter(_writes, tally, n, users))];
        Primary = NpgsqlDataSource.Create(ConnectionString);
    }

    public IReadOnlyList<NotingWriter> All { get; }

    /// <summary>Unpooled: each connection is made by whoever needs it, after whatever was killed before.</summary>
    public string ConnectionString => _cluster.ConnectionStringFor(Database) + ";Pooling=false;Application Name=crashes";

    public NpgsqlDataSource Primary { get; }

    public bool ServerHasEnded => _server!.HasEnded;

    public static async Task<CrashRig> StartAsync(
        BenchSize size, WriteTally tally, Action<string> log, CancellationToken ct)
    {
        var cluster = await MortalCluster.StartAsync(ct);
        try
        {
            await LoadedDatabase.CreateAsync(cluster.ConnectionStringFor, Database, size, log, ct);
            await using var source = NpgsqlDataSource.Create(cluster.ConnectionStringFor(Database));
            await using var connection = await source.OpenConnectionAsync(ct);
            var users = await connection.QueryAsync<Guid>("select user_id from core.users order by user_id");
            var rig = new CrashRig(cluster, tally, [.. users]);
            await rig.StartServerAsync(ct);
            return rig;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public void StartWriters(CancellationToken ct)
    {
        _stop = new CancellationTokenSource();
        var stop = _stop.Token;
        _writing = Task.WhenAll(All.Select(w => Task.Run(() => w.RunAsync(stop, ct), ct)));
    }

    /// <summary>Each writer knows what became of its last transaction when this returns.</summary>
    public async Task StopWritersAsync()
    {
        if (_stop is null)
            return;
        await _stop.CancelAsync();
        await _writing;
        _stop.Dispose();
        _stop = null;
    }

    /// <summary>kill -9.</summary>
    public Task KillAsync(Victim victim) => victim switch
    {
        Victim.Server => _server!.KillAsync(),
        Victim.PostgreSQL => _cluster.KillAsync(),
        _ => Task.WhenAll(_server!.KillAsync(), _cluster.KillAsync()),
    };

    public async Task StartAgainAsync(Victim victim, CancellationToken ct)
    {
        if (victim is not Victim.Server)
            await _cluster.StartAgainAsync(ct);
        if (victim is not Victim.PostgreSQL)
            await StartServerAsync(ct);
    }

    public async Task StartServerAsync(CancellationToken ct)
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _client?.Dispose();
        // The faults of a database that was killed are no news; a server that gives up is.
        _server = await ServerProcess.StartAsync(
            _cluster.ConnectionStringFor(Database), ct, "--Logging:LogLevel:Default=Critical");
        _client = new GraphQLClient(_server.Endpoint, connections: 4);
    }

    /// <returns>Whether the server answers without an error.</returns>
    public async Task<bool> AnswersAsync(CancellationToken ct)
    {
        using var request = CancellationTokenSource.CreateLinkedTokenSource(ct);
        request.CancelAfter(LongestRequest);
        try
        {
            await _client!.PostAsync(
                Query, new { userId = _users[0], from = "2026-01-01", to = "2026-02-28" }, request.Token);
            return true;
        }
        catch (Exception e) when (e is AnswerException or HttpRequestException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopWritersAsync(); // throws what a writer threw
        }
        finally
        {
            _client?.Dispose();
            if (_server is not null)
                await _server.DisposeAsync();
            await Primary.DisposeAsync();
            await _writes.DisposeAsync();
            await _cluster.DisposeAsync();
        }
    }
}

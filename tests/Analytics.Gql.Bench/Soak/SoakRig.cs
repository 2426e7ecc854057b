// What a soak works on: a durable database with accounts that may do no more than they must, and a server as production has
// it: out of Development, with tokens, metrics, worker and jobs.
using System.Security.Cryptography;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Serving;
using Analytics.Store.Roles;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Soak;

internal sealed class SoakRig : IAsyncDisposable
{
    private const string Database = "soak";
    private static readonly RoleLogins Logins = new(Reader: "soak_reader", Refresher: "soak_refresher");

    private readonly PrivateCluster _cluster;
    private readonly string _password = RandomNumberGenerator.GetHexString(32);
    private ServerProcess? _server;

    private SoakRig(PrivateCluster cluster)
    {
        _cluster = cluster;
        Primary = NpgsqlDataSource.Create(cluster.ConnectionStringFor(Database) + ";Application Name=soak");
        Writes = NpgsqlDataSource.Create(
            cluster.ConnectionStringFor(Database) + ";Application Name=soak writers;Max Auto Prepare=20");
    }

    /// <summary>A superuser's.</summary>
    public NpgsqlDataSource Primary { get; }

    /// <summary>The app's.</summary>
    public NpgsqlDataSource Writes { get; }

    public SoakTokens Tokens { get; } = new();

    public SoakPeople People { get; private set; } = new([], default);

    public ServerProcess Server => _server!;

    public static async Task<SoakRig> StartAsync(BenchSize size, Action<string> log, CancellationToken ct)
    {
        var rig = new SoakRig(await PrivateCluster.StartAsync(folder: null, log, ct));
        try
        {
            await LoadedDatabase.CreateAsync(rig._cluster.ConnectionStringFor, Database, size, log, ct);
            await rig.CreateLoginsAsync(ct);
            rig.People = await SoakPeople.ReadAsync(rig.Primary, size, ct);
            rig._server = await ServerProcess.StartAsync(
                rig.As(Logins.Refresher!), ct,
                [
                    .. rig.Tokens.ServerSettings, $"--ConnectionStrings:AnalyticsRead={rig.As(Logins.Reader!)}",
                    // So that the cache is full when everything is warm.
                    "--Analytics:Documents:ApqCacheBytes=1048576", $"--{ServerChild.TellOwnTime}=false",
                ]);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    private async Task CreateLoginsAsync(CancellationToken ct)
    {
        await using var owner = await Primary.OpenConnectionAsync(ct);
        await RoleSetup.ApplyAsync(owner, Logins, log: null, ct);
        foreach (var login in (string[])[Logins.Reader!, Logins.Refresher!])
            await owner.ExecuteAsync(
                new CommandDefinition($"alter role {login} password '{_password}'", cancellationToken: ct));
    }

    // Three pools of the server, and a private cluster takes 200 connections.
    private string As(string login) => new NpgsqlConnectionStringBuilder(_cluster.ConnectionStringFor(Database))
    {
        Username = login,
        Password = _password,
        MaxPoolSize = 50,
    }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        await Primary.DisposeAsync();
        await Writes.DisposeAsync();
        await _cluster.DisposeAsync();
    }
}

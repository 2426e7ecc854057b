// A server started from binaries in a folder.
//
// take folder ⇒ watchdog ⇒ initdb beside, moved into place whole ⇒ clear what a killed owner left ⇒ settings ⇒ start ⇒ stop
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Analytics.LocalPostgres;

internal sealed class BinaryServer : IServer
{
    private const int StartAttempts = 3;

    private readonly Binaries _binaries;
    private readonly LocalClusterOptions _options;
    private readonly ClusterFolder _folder;
    private readonly Account? _account;
    private readonly string _data;
    private Watchdog? _watchdog;

    private BinaryServer(Binaries binaries, LocalClusterOptions options, ClusterFolder folder, Account? account)
    {
        (_binaries, _options, _folder, _account) = (binaries, options, folder, account);
        _data = folder[$"data{binaries.Major}"]; // A data folder belongs to one major version.
    }

    public int Port { get; private set; }

    public int ProcessId { get; private set; }

    public string Password { get; private set; } = "";

    public string Description =>
        $"PostgreSQL {_binaries.Major} on 127.0.0.1:{Port} from {_binaries.Folder}, data in {_data}"
        + (_account is null ? "" : $", as {_account.Name}");

    public static async Task<BinaryServer> StartAsync(Binaries binaries, LocalClusterOptions options, CancellationToken ct)
    {
        var account = Account.ForServers();
        if (options.Folder is not null)
            account?.RequireWay(Path.GetFullPath(options.Folder));
        account?.RequireWay(binaries["postgres"]);
        var server = new BinaryServer(binaries, options, ClusterFolder.Take(options.Folder), account);
        try
        {
            await server.StartAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(PidFile))
            await StopAsync();
        _folder.Dispose();
        if (_watchdog is not null)
            await _watchdog.DisposeAsync();
    }

    private string PidFile => Path.Combine(_data, "postmaster.pid");

    private async Task StartAsync(CancellationToken ct)
    {
        if (_account is not null)
            await _account.OwnAsync(_folder.Path, ct);
        _watchdog = Watchdog.OverServer(_folder, _account);
        await InitializeAsync(ct);
        await ClearPreviousAsync(ct);
        await ConfigureAsync(ct);
        // A free port can be taken between looking and binding.
        for (var attempt = 1; ; attempt++)
        {
            Port = _options.Port ?? FreePort();
            // Not captured: the server inherits the pipe.
            var code = await Command.WaitAsync(Tool("pg_ctl", "start", "-s", "-w", "-t", "60", "-D", _data, "-l", LogFile, "-o", $"-p {Port}"), ct);
            if (code == 0)
                break;
            if (attempt == StartAttempts || _options.Port is not null)
                throw new LocalClusterException($"PostgreSQL did not start on port {Port}:\n{LogTail()}");
        }
        ProcessId = ReadPid() ?? throw new LocalClusterException($"PostgreSQL ended at once:\n{LogTail()}");
        await _watchdog.TellAsync(ProcessId);
    }

    private string LogFile => _folder["postgres.log"];

    private async Task InitializeAsync(CancellationToken ct)
    {
        var passwordFile = _folder[$"password{_binaries.Major}"];
        if (!Directory.Exists(_data))
        {
            await File.WriteAllTextAsync(
                passwordFile, _options.ReplicaOf?.Password ?? Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), ct);
            if (_account is not null)
                await _account.OwnAsync(passwordFile, ct);
            var beside = _data + ".new";
            if (Directory.Exists(beside))
                Directory.Delete(beside, recursive: true); // An initdb that was cut short.
            if (_options.ReplicaOf is { } primary)
                await CopyAsync(primary, beside, ct);
            else
                await CreateAsync(beside, passwordFile, ct);
            Directory.Move(beside, _data); // A data folder that exists is whole.
        }
        if (!File.Exists(passwordFile))
            throw new LocalClusterException($"{_data} holds data but {passwordFile}, its password, is gone. Choose another folder, or delete this one.");
        Password = (await File.ReadAllTextAsync(passwordFile, ct)).Trim();
    }

    private async Task CreateAsync(string data, string passwordFile, CancellationToken ct)
    {
        string[] sync = _options.Durable ? [] : ["--no-sync"];
        await Command.RunAsync(Tool("initdb",
            ["-D", data, "-U", "postgres", "-A", "scram-sha-256", $"--pwfile={passwordFile}", "-E", "UTF8", "--locale=C", .. sync]), ct);
        await File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"), "\ninclude 'analytics.conf'\n", ct);
    }

    private async Task CopyAsync(LocalCluster primary, string data, CancellationToken ct)
    {
        string[] sync = _options.Durable ? [] : ["--no-sync"];
        var copy = Tool("pg_basebackup",
            ["-D", data, "-d", $"host=127.0.0.1 port={primary.Port} user=postgres", "-R", "-X", "stream", "-c", "fast", .. sync]);
        copy.Environment["PGPASSWORD"] = primary.Password; // It writes it down for the replica.
        await Command.RunAsync(copy, ct);
    }

    private async Task ConfigureAsync(CancellationToken ct)
    {
        var settings = _options.EffectiveSettings(_binaries.HasStatements);
        settings["listen_addresses"] = "127.0.0.1";
        settings["unix_socket_directories"] = ""; // The packager's default is not ours to write.
        var file = Path.Combine(_data, "analytics.conf");
        await File.WriteAllLinesAsync(
            file, settings.Select(s => $"{s.Key} = '{s.Value.Replace("'", "''", StringComparison.Ordinal)}'"), ct);
        if (_account is not null)
            await _account.OwnAsync(file, ct);
    }

    /// <summary>After kill -9 of the last owner: stops its server, or removes the pid file of one that is gone.</summary>
    private async Task ClearPreviousAsync(CancellationToken ct)
    {
        if (ReadPid() is not { } pid)
            return;
        if (IsServer(pid))
        {
            _options.Log?.Invoke($"stopping PostgreSQL {pid}, left in {_folder.Path} by a process that was killed");
            await StopAsync(ct);
        }
        File.Delete(PidFile); // Its number may belong to another program by now, and the server would refuse to start.
    }

    private async Task StopAsync(CancellationToken ct = default)
    {
        var mode = _folder.Throwaway ? "immediate" : "fast"; // No checkpoint for data that nobody will read again.
        var code = await Command.WaitAsync(Tool("pg_ctl", "stop", "-s", "-w", "-t", "30", "-m", mode, "-D", _data), ct);
        if (code != 0 && ReadPid() is { } pid && IsServer(pid))
            await Command.WaitAsync(Tool("pg_ctl", "stop", "-s", "-w", "-m", "immediate", "-D", _data), ct);
    }

    private static bool IsServer(int pid)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal) && !IsZombie(pid);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // In a container whose first process does not reap, a killed server stays as one, and pg_ctl would wait for it to end.
    private static bool IsZombie(int pid)
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private int? ReadPid()
    {
        try
        {
            return int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private System.Diagnostics.ProcessStartInfo Tool(string name, params string[] arguments) =>
        Account.Run(_account, _folder.Path, _binaries[name], arguments);

    private string LogTail() => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(15)) : "(no log)";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

// A server in a container, published on loopback only and removed at the end.
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Analytics.LocalPostgres;

internal sealed class DockerServer : IServer
{
    private const string FolderLabel = "analytics.folder";

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RemovedWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly string _name = $"analytics-postgres-{Guid.NewGuid():n}";
    private readonly string _image = Environment.GetEnvironmentVariable("ANALYTICS_PG_IMAGE") is { Length: > 0 } i ? i : "postgres:17";
    private Watchdog? _watchdog;
    private ClusterFolder? _folder;

    public int Port { get; private set; }

    public int ProcessId { get; private set; }

    public string Password { get; private set; } = "";

    public string Description => $"{_image} in Docker container {_name} on 127.0.0.1:{Port}";

    /// <exception cref="LocalClusterException">No daemon answers, the image cannot be had, or the server did not come up.</exception>
    public static async Task<DockerServer> StartAsync(LocalClusterOptions options, CancellationToken ct)
    {
        if (await Command.TryRunAsync("docker", ["version", "--format", "{{.Server.Version}}"], ct) is null)
            throw new LocalClusterException("no Docker daemon answers");
        var server = new DockerServer();
        try
        {
            await server.RunAsync(options, ct);
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
        if (_watchdog is not null)
        {
            await Command.TryRunAsync("docker", ["stop", "-t", "20", _name], default);
            await RemoveAsync(_name);
            await _watchdog.DisposeAsync();
        }
        _folder?.Dispose();
    }

    private async Task RunAsync(LocalClusterOptions options, CancellationToken ct)
    {
        List<string> arguments =
            ["run", "-d", "--rm", "--name", _name, "-p", $"127.0.0.1:{options.Port}:5432", "-e", "POSTGRES_PASSWORD"];
        Password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        if (options.Folder is not null)
        {
            _folder = ClusterFolder.Take(options.Folder);
            Password = await KeptPasswordAsync(_folder["password-docker"], ct);
            arguments.AddRange(["-v", $"{_folder["data-docker"]}:/var/lib/postgresql/data", "--label", $"{FolderLabel}={_folder.Path}"]);
            await ClearPreviousAsync(_folder.Path, ct);
        }
        arguments.Add(_image);
        foreach (var (name, value) in options.EffectiveSettings(hasStatements: true))
            arguments.AddRange(["-c", $"{name}={value}"]);

        options.Log?.Invoke($"starting {_image} in Docker, which fetches it when it does not have it");
        _watchdog = Watchdog.OverContainer(_name);
        var start = new ProcessStartInfo("docker", arguments);
        start.Environment["POSTGRES_PASSWORD"] = Password; // Not an argument: those are everybody's to read.
        await Command.RunAsync(start, ct);
        await WaitReadyAsync(ct);
        Port = Last(await DockerAsync(ct, "port", _name, "5432/tcp"), ':');
        ProcessId = Last(await DockerAsync(ct, "inspect", "-f", "{{.State.Pid}}", _name), ' ');
    }

    /// <summary>Two containers on one data folder do not see each other's pid file and would ruin it.</summary>
    private static async Task ClearPreviousAsync(string folder, CancellationToken ct)
    {
        var left = await DockerAsync(ct, "ps", "-aq", "--filter", $"label={FolderLabel}={folder}");
        foreach (var container in left.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            await RemoveAsync(container);
    }

    /// <summary>Returns once it is gone: with --rm the daemon removes it too, and whoever comes second is not made to wait.</summary>
    private static async Task RemoveAsync(string container)
    {
        await Command.TryRunAsync("docker", ["rm", "-f", "-v", container], default);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < RemovedWithin && await Command.TryRunAsync("docker", ["inspect", container], default) is not null)
            await Task.Delay(Poll);
    }

    private async Task WaitReadyAsync(CancellationToken ct)
    {
        // By TCP: the server that the image runs while it sets itself up listens on a socket only.
        var clock = Stopwatch.StartNew();
        while (await Command.TryRunAsync("docker", ["exec", _name, "pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"], ct) is null)
        {
            if (clock.Elapsed > ReadyWithin || await Command.TryRunAsync("docker", ["inspect", _name], ct) is null)
                throw new LocalClusterException(
                    $"the container of {_image} took no connections within {clock.Elapsed.TotalSeconds:0} s: "
                    + await Command.TryRunAsync("docker", ["logs", "--tail", "15", _name], ct));
            await Task.Delay(Poll, ct);
        }
    }

    private static async Task<string> KeptPasswordAsync(string file, CancellationToken ct)
    {
        if (!File.Exists(file))
            await File.WriteAllTextAsync(file, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), ct);
        return await File.ReadAllTextAsync(file, ct);
    }

    private static Task<string> DockerAsync(CancellationToken ct, params string[] arguments) =>
        Command.RunAsync(new ProcessStartInfo("docker", arguments), ct);

    private static int Last(string text, char separator) =>
        int.Parse(text.Trim().Split('\n')[0].Split(separator)[^1], CultureInfo.InvariantCulture);
}

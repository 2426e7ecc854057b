// Starts the server in a process of its own, so that the load does not share its garbage collector and thread pool.
using System.Diagnostics;

namespace Analytics.Gql.Bench.Serving;

internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly string[] _complaints = ["warn:", "fail:", "crit:"];
    private readonly Process _process;
    private int _complained;

    private ServerProcess(Process process, Uri endpoint) => (_process, Endpoint) = (process, endpoint);

    /// <summary>Of GraphQL.</summary>
    public Uri Endpoint { get; }

    public bool HasEnded => _process.HasExited;

    /// <summary>Entries of its log at Warning and above, so far.</summary>
    public int Complaints => _complained;

    /// <summary>What it holds in memory now.</summary>
    public double ResidentMiB()
    {
        _process.Refresh();
        return _process.WorkingSet64 / 1_048_576.0;
    }

    /// <summary>Its open file descriptors, sockets among them.</summary>
    public int Handles()
    {
        _process.Refresh();
        return _process.HandleCount;
    }

    public int Threads()
    {
        _process.Refresh();
        return _process.Threads.Count;
    }

    /// <param name="settings">Besides what every server of the bench needs, or instead of it: as arguments.</param>
    /// <exception cref="InvalidOperationException">It ended before it listened; standard error says why.</exception>
    public static async Task<ServerProcess> StartAsync(
        string connectionString, CancellationToken ct, params IEnumerable<string> settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // 'dotnet Analytics.Gql.Bench.dll' runs as dotnet; 'dotnet run' and the executable run as themselves.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        foreach (var argument in Arguments(connectionString, settings))
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var address = await FirstAddressAsync(process, ct) ?? throw new InvalidOperationException(
            $"The server ended with {process.ExitCode} before it listened; what it wrote on standard error says why.");
        var server = new ServerProcess(process, new Uri(address, "graphql"));
        _ = server.ReadLogAsync();
        return server;
    }

    /// <summary>Passes its log on. A server whose log fills the pipe would stop.</summary>
    private async Task ReadLogAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (_complaints.Any(level => line.StartsWith(level, StringComparison.Ordinal)))
                Interlocked.Increment(ref _complained);
            await Console.Error.WriteLineAsync(line);
        }
    }

    /// <summary>With which this program becomes a server that anybody may ask.</summary>
    public static IEnumerable<string> Arguments(string connectionString, IEnumerable<string> settings) =>
    [
        ServerChild.Name, "--environment=Development", "--urls=http://127.0.0.1:0", "--Analytics:Auth:Mode=Open",
        "--Logging:LogLevel:Default=Warning", $"--ConnectionStrings:Analytics={connectionString}", .. settings,
    ];

    /// <summary>Of a child that prints it first; null: it ended instead.</summary>
    public static async Task<Uri?> FirstAddressAsync(Process process, CancellationToken ct)
    {
        while (await process.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            if (line.StartsWith("http://", StringComparison.Ordinal))
                return new Uri(line);
            await Console.Error.WriteLineAsync(line);
        }
        await process.WaitForExitAsync(ct);
        return null;
    }

    /// <summary>kill -9: nothing of it runs any more when this returns.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

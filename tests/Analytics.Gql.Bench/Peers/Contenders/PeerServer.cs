// A server under comparison, in a process of its own that ends with its standard input.
using System.Diagnostics;
using System.Globalization;
using Analytics.Gql.Bench.Serving;

namespace Analytics.Gql.Bench.Peers.Contenders;

internal sealed class PeerServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly bool _tellsAllocations;
    private TaskCompletionSource<long>? _asked;

    private PeerServer(Process process, Uri address, bool tellsAllocations) =>
        (_process, Address, _tellsAllocations) = (process, address, tellsAllocations);

    public Uri Address { get; }
    public int ProcessId => _process.Id;

    /// <summary>A command of this program, with the runtime settings of analytics-gql.</summary>
    public static Task<PeerServer> StartDotnetAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        var settings = Path.Combine(AppContext.BaseDirectory, "analytics-gql.runtimeconfig.json");
        return StartAsync(
            new ProcessStartInfo("dotnet", ["exec", "--runtimeconfig", settings, typeof(PeerServer).Assembly.Location, .. arguments]),
            tellsAllocations: true, ct);
    }

    /// <summary>A script of tests/peers.</summary>
    public static Task<PeerServer> StartNodeAsync(
        string script, IReadOnlyDictionary<string, string> environment, CancellationToken ct)
    {
        var start = new ProcessStartInfo(PeerFiles.Node(), [PeerFiles.Path(script)])
        {
            Environment = { ["NODE_ENV"] = "production", ["GRAPHILE_ENV"] = "production" },
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return StartAsync(start, tellsAllocations: false, ct);
    }

    private static async Task<PeerServer> StartAsync(ProcessStartInfo start, bool tellsAllocations, CancellationToken ct)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        var process = Process.Start(start)!;
        var address = await ServerProcess.FirstAddressAsync(process, ct) ?? throw new InvalidOperationException(
            $"{string.Join(' ', start.ArgumentList)} ended with {process.ExitCode} before it listened; "
            + "what it wrote on standard error says why.");
        var server = new PeerServer(process, address, tellsAllocations);
        _ = server.ReadOnAsync();
        return server;
    }

    /// <summary>By the process so far; null from one that does not tell.</summary>
    public async Task<long?> AllocatedBytesAsync()
    {
        if (!_tellsAllocations)
            return null;
        _asked = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _process.StandardInput.WriteLineAsync(ServerChild.Allocated);
        await _process.StandardInput.FlushAsync();
        return await _asked.Task;
    }

    /// <summary>Reads on: a server whose log fills the pipe would stop.</summary>
    private async Task ReadOnAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            if (long.TryParse(line, CultureInfo.InvariantCulture, out var bytes))
                _asked?.TrySetResult(bytes);
            else
                await Console.Error.WriteLineAsync(line);
        _asked?.TrySetException(new InvalidOperationException("The server ended."));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

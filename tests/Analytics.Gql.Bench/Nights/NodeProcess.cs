// A node of the service as an operator runs it: analytics-gql in a process of its own, always on the same port.
using System.Diagnostics;

namespace Analytics.Gql.Bench.Nights;

internal sealed class NodeProcess(string assembly, int port, IReadOnlyDictionary<string, string> settings) : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private Process? _process;

    public Uri Address { get; } = new($"http://127.0.0.1:{port}/");

    /// <summary>Of this build.</summary>
    public static string OwnAssembly => Path.Combine(AppContext.BaseDirectory, "analytics-gql.dll");

    /// <summary>What the next start runs.</summary>
    public string Assembly { get; set; } = assembly;

    /// <returns>Once it listens.</returns>
    public async Task StartAsync(CancellationToken ct)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, "serve"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        start.Environment["ASPNETCORE_URLS"] = Address.AbsoluteUri.TrimEnd('/');
        var process = new Process { StartInfo = start };
        var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains(Listening, StringComparison.Ordinal) == true) listens.TrySetResult();
        };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text) Console.Error.WriteLine(text);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        await listens.Task.WaitAsync(Patience, ct);
    }

    /// <summary>Runs a command of an assembly to its end.</summary>
    public static async Task RunAsync(
        string assembly, string command, IReadOnlyDictionary<string, string> settings, CancellationToken ct)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, command]) { RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{assembly} {command} ended with {process.ExitCode}: {said}");
    }

    /// <summary>SIGTERM, as systemd sends it.</summary>
    /// <returns>Once it has ended.</returns>
    public async Task StopAsync(CancellationToken ct)
    {
        if (_process is null) return;
        using (var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {_process.Id}"]))
            await kill.WaitForExitAsync(ct);
        await _process.WaitForExitAsync(ct).WaitAsync(Patience, ct);
        Forget();
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        Forget();
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private void Forget()
    {
        _process!.Dispose();
        _process = null;
    }
}

// analytics-gql as a process of its own, as an operator runs it: to be killed, to be asked for exit codes.
using System.Collections.Concurrent;
using System.Diagnostics;
using Analytics.Gql.Tests.LocalPostgres;

namespace Analytics.Gql.Tests.Fixtures;

/// <summary>What a command printed and how it ended.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Errors);

/// <summary>A server on a loopback port. Disposing kills it.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process) => _process = process;

    /// <summary>The first that it listens at.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Every line that it has written.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Starts 'serve' and waits until it listens.</summary>
    /// <param name="settings">Besides what it needs: as arguments.</param>
    public static Task<ServerProcess> StartAsync(TestDatabase database, params IEnumerable<string> settings) =>
        StartAsync(database.RefresherConnectionString, [.. settings], ReadsOf(database));

    public static Task<ServerProcess> StartAsync(string connectionString, params IEnumerable<string> settings) =>
        StartAsync(connectionString, [.. settings], new Dictionary<string, string>());

    /// <param name="environment">Variables besides, or in the place of, those that every server here gets.</param>
    public static Task<ServerProcess> StartAsync(TestDatabase database, IReadOnlyDictionary<string, string> environment) =>
        StartAsync(database.RefresherConnectionString, [], environment.Concat(ReadsOf(database)).DistinctBy(v => v.Key).ToDictionary());

    private static Dictionary<string, string> ReadsOf(TestDatabase database) =>
        new() { ["ConnectionStrings__AnalyticsRead"] = database.ReaderConnectionString };

    private static async Task<ServerProcess> StartAsync(
        string connectionString, string[] arguments, IReadOnlyDictionary<string, string> settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__Analytics"] = connectionString,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Analytics__Auth__Mode"] = "Open",
        };
        foreach (var (name, value) in settings) environment[name] = value;
        var server = new ServerProcess(Create(["serve", .. arguments], environment));
        server._process.OutputDataReceived += (_, line) => server.Read(line.Data);
        server._process.ErrorDataReceived += (_, line) => server.Read(line.Data);
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            server.Address = await server._address.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            await server.DisposeAsync();
            throw new TimeoutException($"The server did not listen within {Patience}:\n{string.Join('\n', server._log)}");
        }
        return server;
    }

    /// <summary>Tells it to stop, as systemd does.</summary>
    /// <returns>Its exit code, when it has ended.</returns>
    /// <exception cref="TimeoutException">It has not.</exception>
    public async Task<int> StopAsync(TimeSpan patience)
    {
        await Owner.SignalAsync("TERM", $"{_process.Id}");
        await _process.WaitForExitAsync().WaitAsync(patience);
        return _process.ExitCode;
    }

    /// <summary>kill -9: nothing of it runs any more when this returns.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<CommandResult> RunAsync(string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Create(arguments, environment ?? new Dictionary<string, string>());
        process.Start();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
        return new CommandResult(process.ExitCode, await output, await errors);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static Process Create(string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "analytics-gql.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new Process { StartInfo = start };
    }

    // The settings of whoever runs the tests are not the tests' settings.
    private static bool IsSetting(string name) =>
        name.StartsWith("Analytics__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase)
        || name == SettingsSources.Variable;

    private void Read(string? line)
    {
        const string listening = "Now listening on: ";
        if (line is null)
            return;
        _log.Enqueue(line);
        if (line.IndexOf(listening, StringComparison.Ordinal) is var at and >= 0)
            _address.TrySetResult(new Uri(line[(at + listening.Length)..].Split('"')[0])); // the line may be JSON
    }
}

// A process that owns a cluster and can be killed: ChildHost, seen from the test.
using System.Diagnostics;

namespace Analytics.Gql.Tests.LocalPostgres;

internal sealed class Owner : IDisposable
{
    private Owner(Process process, string connectionString) => (Process, ConnectionString) = (process, connectionString);

    public Process Process { get; }

    public string ConnectionString { get; }

    /// <summary>Returns once its cluster takes connections.</summary>
    public static async Task<Owner> StartAsync(string? folder = null, params (string Name, string Value)[] environment)
    {
        var process = Launch(folder, environment);
        var line = await process.StandardOutput.ReadLineAsync();
        if (line is null)
            throw new InvalidOperationException($"hold-cluster ended: {await process.StandardError.ReadToEndAsync()}");
        return new Owner(process, line.Split('\t')[1]);
    }

    public static Process Launch(string? folder, params (string Name, string Value)[] environment)
    {
        List<string> command =
            [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", "exec", typeof(Owner).Assembly.Location, "hold-cluster"];
        if (OperatingSystem.IsLinux())
            command.Insert(0, "setsid"); // It leads a group of processes that can be killed without the test.
        if (folder is not null)
            command.Add(folder);
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <param name="target">A process's id, or a group's with a minus before it.</param>
    public static async Task SignalAsync(string signal, string target)
    {
        using var shell = Process.Start("/bin/sh", ["-c", $"kill -{signal} {target}"]); // Not every machine has the program.
        await shell.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!Process.HasExited)
            Process.Kill();
        Process.Dispose();
    }
}

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
        string[] arguments = ["exec", typeof(Owner).Assembly.Location, "hold-cluster"];
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            folder is null ? arguments : [.. arguments, folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public void Dispose()
    {
        if (!Process.HasExited)
            Process.Kill();
        Process.Dispose();
    }
}

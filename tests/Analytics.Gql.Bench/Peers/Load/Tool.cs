// Programs that the bench needs and does not bring: found, run to their end, and what to install when they are missing.
using System.ComponentModel;
using System.Diagnostics;

namespace Analytics.Gql.Bench.Peers.Load;

/// <summary>Something that the comparison needs is not there; the message says what to install.</summary>
internal sealed class MissingToolException(string message) : Exception(message);

internal static class Tool
{
    /// <exception cref="MissingToolException">It is not on the PATH.</exception>
    public static void Require(string file, string install)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, file))))
            throw Missing(file, install);
    }

    /// <summary>Runs a program and returns what it printed.</summary>
    /// <param name="install">How one gets it.</param>
    public static async Task<string> RunAsync(
        string file, IEnumerable<string> arguments, string install, CancellationToken ct,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Start(file, arguments, install, environment);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{file} ended with {process.ExitCode}: {await errors} {await output}");
    }

    private static Process Start(
        string file, IEnumerable<string> arguments, string install, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw Missing(file, install);
        }
    }

    private static MissingToolException Missing(string file, string install) => new($"'{file}' is not installed. {install}");
}

// Runs a program and reads what it says.
using System.ComponentModel;
using System.Diagnostics;

namespace Analytics.LocalPostgres;

internal static class Command
{
    /// <summary>Its output, or null when it is missing or fails.</summary>
    public static async Task<string?> TryRunAsync(string program, IEnumerable<string> arguments, CancellationToken ct)
    {
        try
        {
            return await RunAsync(new ProcessStartInfo(program, arguments), ct);
        }
        catch (LocalClusterException)
        {
            return null;
        }
    }

    /// <summary>Its standard output. Not for a program that leaves a server behind: that inherits the pipe, and the read never ends.</summary>
    /// <exception cref="LocalClusterException">It is missing or failed; the message holds what it said.</exception>
    public static async Task<string> RunAsync(ProcessStartInfo start, CancellationToken ct)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var errors = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            if (process.ExitCode != 0)
                throw new LocalClusterException($"{Name(start)} failed with exit code {process.ExitCode}: {(await errors + await output).Trim()}");
            return await output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Its exit code; it writes where we do.</summary>
    public static async Task<int> WaitAsync(ProcessStartInfo start, CancellationToken ct)
    {
        using var process = Start(start);
        await process.WaitForExitAsync(ct);
        return process.ExitCode;
    }

    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new LocalClusterException($"{Name(start)} cannot be run: {e.Message}", e);
        }
    }

    private static string Name(ProcessStartInfo start) => Path.GetFileName(start.FileName);
}

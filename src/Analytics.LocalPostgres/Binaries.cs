// Finds PostgreSQL's programs wherever the platform puts them.
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Analytics.LocalPostgres;

/// <summary>A folder with initdb, pg_ctl and postgres of one major version.</summary>
public sealed partial record Binaries(string Folder, int Major)
{
    public const int OldestMajor = 15;
    public const string FolderVariable = "ANALYTICS_PG_BIN";

    private static readonly string[] Linux =
    [
        "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/usr/local/pgsql/bin",
        "/opt/postgresql*/bin", "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin", "/usr/bin",
    ];
    private static readonly string[] MacOS =
    [
        "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin", "/Library/PostgreSQL/*/bin",
    ];
    private static readonly string[] Windows = [@"C:\Program Files\PostgreSQL\*\bin"];

    private static string Extension => OperatingSystem.IsWindows() ? ".exe" : "";

    public string Program(string name) => Path.Combine(Folder, name + Extension);

    /// <summary>The newest installed version from 15 on; null when there is none.</summary>
    /// <exception cref="PostgresUnavailableException">ANALYTICS_PG_BIN names a folder that does not serve.</exception>
    public static Binaries? Find()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named)
            return At(named) ?? throw new PostgresUnavailableException(
                $"{FolderVariable}={named} holds no initdb, pg_ctl and postgres of version {OldestMajor} or newer. "
                + "Correct it, or unset it to search the usual places.");
        var roots = OperatingSystem.IsWindows() ? Windows : OperatingSystem.IsMacOS() ? MacOS : Linux;
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return path.Concat(roots.SelectMany(Glob)).Distinct().Select(At).OfType<Binaries>().MaxBy(b => b.Major);
    }

    private static Binaries? At(string folder)
    {
        string[] programs = ["initdb", "pg_ctl", "postgres"];
        if (!programs.All(p => File.Exists(Path.Combine(folder, p + Extension))))
            return null;
        using var version = Process.Start(new ProcessStartInfo(Path.Combine(folder, "postgres" + Extension), "--version")
        { RedirectStandardOutput = true })!;
        var major = int.Parse(Digits().Match(version.StandardOutput.ReadToEnd()).Value, CultureInfo.InvariantCulture);
        version.WaitForExit();
        return major >= OldestMajor ? new Binaries(folder, major) : null;
    }

    private static IEnumerable<string> Glob(string pattern)
    {
        if (!pattern.Contains('*', StringComparison.Ordinal))
            return [pattern];
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        var slash = pattern.LastIndexOfAny(['/', '\\'], star);
        var (parent, prefix, rest) = (pattern[..slash], pattern[(slash + 1)..star], pattern[(star + 1)..].TrimStart('/', '\\'));
        return Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, prefix + "*").Select(d => Path.Combine(d, rest))
            : [];
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}

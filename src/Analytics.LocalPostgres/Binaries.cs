// Finds the folder that holds initdb, pg_ctl and postgres.
using System.Globalization;
using System.Text.RegularExpressions;

namespace Analytics.LocalPostgres;

/// <summary>A whole set of server binaries.</summary>
internal sealed partial record Binaries(string Folder, int Major)
{
    public const int OldestMajor = 15;

    private static readonly string Suffix = OperatingSystem.IsWindows() ? ".exe" : "";

    public string this[string tool] => Path.Combine(Folder, tool + Suffix);

    /// <summary>Whether the server can preload pg_stat_statements; distributions keep libraries in different places.</summary>
    public bool HasStatements
    {
        get
        {
            var home = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Folder))!;
            return (from folder in (string[])["lib", "lib/postgresql", $"lib/postgresql/{Major}", "lib64/pgsql", "."]
                    from suffix in (string[])[".so", ".dylib", ".dll"]
                    select Path.Combine(home, folder, "pg_stat_statements" + suffix)).Any(File.Exists);
        }
    }

    /// <summary>What ANALYTICS_PG_BIN names, else the newest of PATH and the well-known folders; null when there is none.</summary>
    public static async Task<Binaries?> FindInstalledAsync(CancellationToken ct)
    {
        if (Environment.GetEnvironmentVariable("ANALYTICS_PG_BIN") is { Length: > 0 } named)
            return IsWhole(named) && await ReadAsync(named, ct) is { Major: >= OldestMajor } set
                ? set
                : throw new LocalClusterException(
                    $"ANALYTICS_PG_BIN={named} holds no initdb, pg_ctl and postgres of version {OldestMajor} or later. "
                    + "Name the bin folder of an installation, or unset it.");
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(f => f.Length > 0);
        Binaries? newest = null;
        foreach (var folder in path.Concat(WellKnown().SelectMany(Expand)).Where(IsWhole).Distinct())
        {
            var found = await ReadAsync(folder, ct);
            if (found is { Major: >= OldestMajor } && found.Major > (newest?.Major ?? 0))
                newest = found;
        }
        return newest;
    }

    /// <summary>Null when the program does not say a version.</summary>
    public static async Task<Binaries?> ReadAsync(string folder, CancellationToken ct)
    {
        var version = await Command.TryRunAsync(Path.Combine(folder, "postgres" + Suffix), ["--version"], ct);
        var match = Number().Match(version ?? "");
        return match.Success ? new Binaries(Home(folder), int.Parse(match.Value, CultureInfo.InvariantCulture)) : null;
    }

    /// <summary>Where the programs are rather than where links to them are: the libraries are beside them.</summary>
    private static string Home(string folder)
    {
        var target = File.ResolveLinkTarget(Path.Combine(folder, "postgres" + Suffix), returnFinalTarget: true);
        return Path.GetDirectoryName(target?.FullName) is { } home && IsWhole(home) ? home : folder;
    }

    private static bool IsWhole(string folder) =>
        ((string[])["initdb", "pg_ctl", "postgres"]).All(t => File.Exists(Path.Combine(folder, t + Suffix)));

    private static string[] WellKnown() =>
        OperatingSystem.IsWindows() ? [@"C:\Program Files\PostgreSQL\*\bin"]
        : OperatingSystem.IsMacOS() ?
        [
            "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
            "/Applications/Postgres.app/Contents/Versions/*/bin", "/Library/PostgreSQL/*/bin",
        ]
        :
        [
            "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/opt/postgresql*/bin",
            "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin", "/usr/local/pgsql/bin", "/usr/bin",
        ];

    /// <summary>Folders that match a pattern with at most one star.</summary>
    private static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
            return [pattern];
        var cut = pattern.LastIndexOfAny(['/', '\\'], star);
        var (parent, prefix, rest) = (pattern[..cut], pattern[(cut + 1)..star], pattern[(star + 1)..].TrimStart('/', '\\'));
        return Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, prefix + "*").Select(f => Path.Combine(f, rest))
            : [];
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}

// The SQL of db/, embedded in this assembly: migrations by number, definitions by folder.
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using FilePath = System.IO.Path;

namespace Analytics.Store.Migrations;

/// <summary>One file of db/migrations or db/definitions.</summary>
/// <param name="Path">Below db/, with forward slashes.</param>
public sealed partial record Script(string Path, string Text)
{
    public string Name => FilePath.GetFileNameWithoutExtension(Path);
    public string Folder => Path.Split('/')[^2];
    public int Number => int.Parse(Name[..4], System.Globalization.CultureInfo.InvariantCulture);
    public string Checksum => Sha256(Text);

    /// <summary>Whether its statements run one by one outside a transaction (create index concurrently).</summary>
    public bool WithoutTransaction => Text.Contains("-- transaction: none", StringComparison.Ordinal);

    /// <summary>The statements of a script that has no function bodies: split at each semicolon that ends a line.</summary>
    public IEnumerable<string> Statements => StatementEnd().Split(Text).Where(s => s.Trim().Length > 0);

    /// <summary>Every embedded script, in path order.</summary>
    public static IReadOnlyList<Script> All { get; } = Load(typeof(Script).Assembly);

    public static IReadOnlyList<Script> Migrations =>
        [.. All.Where(s => s.Path.StartsWith("migrations/", StringComparison.Ordinal)).OrderBy(s => s.Number)];

    public static IReadOnlyList<Script> Definitions(string folder) => In(All, folder);

    /// <summary>The definitions of one folder of db/definitions.</summary>
    public static IReadOnlyList<Script> In(IEnumerable<Script> definitions, string folder) =>
        [.. definitions.Where(s => s.Path.StartsWith($"definitions/{folder}/", StringComparison.Ordinal))];

    /// <summary>The text of an embedded script that is neither a migration nor a definition.</summary>
    public static string Embedded(string path) => All.Single(s => s.Path == path).Text;

    /// <summary>
    /// The embedded definitions with those of a folder laid out as db/definitions in their place: a file of the same path stands
    /// for the embedded one, any other is added.
    /// </summary>
    /// <param name="root">Null: the embedded ones alone.</param>
    /// <exception cref="MigrationException">There is no such folder, or nothing in it is a definition.</exception>
    public static IReadOnlyList<Script> DefinitionsWith(string? root)
    {
        var embedded = All.Where(s => s.Path.StartsWith("definitions/", StringComparison.Ordinal)).ToList();
        if (root is null)
            return embedded;
        var own = Folders.Select(f => FilePath.Combine(root, f)).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.sql"))
            .Select(file => new Script(
                $"definitions/{FilePath.GetFileName(FilePath.GetDirectoryName(file)!)}/{FilePath.GetFileName(file)}",
                File.ReadAllText(file).ReplaceLineEndings("\n")))
            .ToList();
        if (own.Count == 0)
            throw new MigrationException(
                $"{root} holds no definitions: no *.sql below {string.Join(", ", Folders.Select(f => $"{f}/"))}. "
                + "Name a folder that is laid out as db/definitions, or leave the setting out.");
        return [.. embedded.Where(s => own.All(o => o.Path != s.Path)).Concat(own).OrderBy(s => s.Path, StringComparer.Ordinal)];
    }

    private static readonly string[] Folders = ["functions", "aggregates", "triggers", "refresh"];

    public static string Sha256(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))));

    private static List<Script> Load(Assembly assembly) =>
        [.. from name in assembly.GetManifestResourceNames()
            where name.EndsWith(".sql", StringComparison.Ordinal)
            orderby name
            select new Script(name.Replace('\\', '/'), Read(assembly, name))];

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@";[ \t]*(?:\n|$)")]
    private static partial Regex StatementEnd();
}

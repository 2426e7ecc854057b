// The SQL of db/, embedded in this assembly: migrations by number, definitions by folder.
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Analytics.Store.Migrations;

/// <summary>One file of db/migrations or db/definitions.</summary>
/// <param name="Path">Below db/, with forward slashes.</param>
public sealed partial record Script(string Path, string Text)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);
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

    public static IReadOnlyList<Script> Definitions(string folder) =>
        [.. All.Where(s => s.Path.StartsWith($"definitions/{folder}/", StringComparison.Ordinal))];

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

// The definitions of db/definitions with their effective checksums: a definition changes when its text does, when something
// that its text names does, or, of an aggregate, when what follows from its declaration does.
using Analytics.Store.Refresh;

namespace Analytics.Store.Migrations;

/// <param name="Checksum">Over its own text, the checksums of the definitions it names, and how aggregates are built.</param>
internal sealed record Definition(Script Script, string Checksum)
{
    public string Id => $"{Script.Folder}/{Script.Name}";
}

internal sealed class DefinitionSet
{
    // A build that writes other objects for the same declaration has databases build theirs anew.
    private static readonly string _template = Script.Sha256(AggregateSql.Template);

    private DefinitionSet(IReadOnlyList<Definition> functions, IReadOnlyList<Definition> aggregates) =>
        (Functions, Aggregates) = (functions, aggregates);

    public IReadOnlyList<Definition> Functions { get; }

    /// <summary>Each after those that its live view reads.</summary>
    public IReadOnlyList<Definition> Aggregates { get; }

    public static DefinitionSet Load(MigrationOptions options)
    {
        var scripts = Script.DefinitionsWith(options.DefinitionsFolder);
        return Load(Script.In(scripts, "functions"), options.Aggregates ?? Script.In(scripts, "aggregates"));
    }

    public static DefinitionSet Load(IReadOnlyList<Script> functions, IReadOnlyList<Script> aggregates)
    {
        var ordered = new Dictionary<string, Definition>();
        foreach (var script in functions.Concat(aggregates))
            Add(script);
        return new DefinitionSet(
            [.. ordered.Values.Where(d => functions.Contains(d.Script))],
            [.. ordered.Values.Where(d => aggregates.Contains(d.Script))]);

        void Add(Script script)
        {
            if (ordered.ContainsKey(script.Name))
                return;
            var used = functions.Concat(aggregates)
                .Where(other => other.Name != script.Name && (Names(script.Text, other.Name) || IsPlacesOf(script, other)))
                .ToList();
            used.ForEach(Add);
            var template = aggregates.Contains(script) ? _template : "";
            ordered.Add(script.Name, new Definition(script,
                Script.Sha256(template + script.Text + string.Concat(used.Select(u => ordered[u.Name].Checksum)))));
        }
    }

    /// <summary>
    /// Every aggregate comes after session_summary and is built again with it: from there the drain takes whose a deleted
    /// session was, so it must know every session that the others count.
    /// </summary>
    private static bool IsPlacesOf(Script script, Script other) =>
        script.Folder == "aggregates" && other.Name == AggregateCatalogue.Places;

    private static bool Names(string text, string name) =>
        text.Contains($"analytics.{name}(", StringComparison.Ordinal)
        || text.Contains($"analytics.{name}_live", StringComparison.Ordinal);
}

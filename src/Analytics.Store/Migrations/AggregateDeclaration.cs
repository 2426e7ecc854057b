// What a file in db/definitions/aggregates declares: a live view and, in its header, how the engine keeps it.
using System.Text.RegularExpressions;

namespace Analytics.Store.Migrations;

/// <summary>One aggregate. Matview, delta, current view, upsert, purge and verify follow from it.</summary>
/// <param name="Name">Of the matview; the file's name. The file creates <c>analytics.{Name}_live</c>.</param>
/// <param name="Key">The key columns (<c>@key</c>), the first of them <c>user_id</c>; unique in the live view.</param>
/// <param name="Changed">
/// The <c>@changed</c> query: from the CTE <c>changes (user_id, session_id, week, exercise_id)</c> to key columns,
/// none of them null. Whole users need no mention.
/// </param>
/// <param name="With">
/// Common table expressions (<c>@with</c>) that <paramref name="Changed"/> and <paramref name="Shortcut"/> share; or none.
/// </param>
/// <param name="Shortcut">
/// Rows (<c>@shortcut</c>) of touched keys that are had for less than the live view costs, with its columns; it may leave keys
/// out, and those are read from the live view. Null: all are. What it shares with the live view goes into a function
/// <c>analytics.{Name}_narrow(uuid[])</c> in the same file, upon which the view is built.
/// </param>
/// <param name="Folded">
/// The live view's rows (<c>@folded</c>) out of the matview session_summary alone, for less: what the matview is made of.
/// Null: it is made of the live view.
/// </param>
/// <param name="Included">
/// Columns (<c>@include</c>) that the index of the matview's key carries: what is read of them is read from the index, where a
/// user's rows lie side by side, while in the matview they lie where each night put them. None may be long: a row of an index
/// has 2,704 bytes at the most, or the full refresh fails.
/// </param>
/// <param name="Indexes">Column lists (<c>@index</c>) that matview and delta get, tombstones included.</param>
/// <param name="Pages">Column lists (<c>@page</c>) for reads in that order; the delta's leaves tombstones out.</param>
public sealed partial record AggregateDeclaration(
    string Name, string Text, IReadOnlyList<string> Key, string Changed, string? With, string? Shortcut, string? Folded,
    IReadOnlyList<string> Included, IReadOnlyList<string> Indexes, IReadOnlyList<string> Pages)
{
    public string LiveView => $"analytics.{Name}_live";

    public string NarrowFunction => $"analytics.{Name}_narrow";

    /// <exception cref="MigrationException">The header lacks a directive or the file creates another view.</exception>
    public static AggregateDeclaration Parse(Script script)
    {
        var directives = Directive().Matches(script.Text)
            .ToLookup(m => m.Groups["name"].Value, m => Continued().Replace(m.Groups["value"].Value, "\n").Trim());
        string One(string directive) => directives[directive].Count() == 1
            ? directives[directive].Single()
            : throw new MigrationException(
                $"{script.Path} has {directives[directive].Count()} '-- @{directive}' lines in its header; it needs exactly one.");
        string? AtMostOne(string directive) => directives.Contains(directive) ? One(directive) : null;

        var declaration = new AggregateDeclaration(
            script.Name, script.Text,
            [.. One("key").Split(',', StringSplitOptions.TrimEntries)], One("changed"),
            AtMostOne("with"), AtMostOne("shortcut"), AtMostOne("folded"),
            AtMostOne("include")?.Split(',', StringSplitOptions.TrimEntries) ?? [], [.. directives["index"]], [.. directives["page"]]);
        if (declaration.Key[0] != "user_id")
            throw new MigrationException(
                $"{script.Path} declares the key '{One("key")}'; its first column must be user_id, by which changes are staged.");
        if (!script.Text.Contains($"create view {declaration.LiveView} as", StringComparison.Ordinal))
            throw new MigrationException($"{script.Path} must contain 'create view {declaration.LiveView} as'.");
        return declaration;
    }

    // A directive goes on over the comment lines below it that are indented by five spaces or more.
    [GeneratedRegex(@"^--[ \t]*@(?<name>\w+)(?:[ \t]+|(?=\n--[ ]{5}))(?<value>.*(?:\n--[ ]{5,}\S.*)*)$", RegexOptions.Multiline)]
    private static partial Regex Directive();

    [GeneratedRegex(@"\n--[ ]{5,10}")]
    private static partial Regex Continued();
}

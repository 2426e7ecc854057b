// The functions of db/definitions/refresh, put together from all aggregates.
using System.Text.RegularExpressions;
using Npgsql;

namespace Analytics.Store.Migrations;

internal static partial class GeneratedDefinitions
{
    /// <summary>Each with what follows from the aggregates' declarations in place of its 'for each aggregate' lines.</summary>
    /// <param name="aggregates">Their live views are there.</param>
    /// <param name="refresh">The scripts of db/definitions/refresh.</param>
    public static async Task<IReadOnlyList<(string Id, string Text)>> WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<Definition> aggregates, IReadOnlyList<Script> refresh, CancellationToken ct)
    {
        var parts = new List<AggregateSql>();
        foreach (var declaration in aggregates.Select(a => AggregateDeclaration.Parse(a.Script)))
            parts.Add(new AggregateSql(declaration, await AggregateBuild.ColumnsAsync(connection, declaration.LiveView, ct)));
        var changes = SharedChanges(refresh.Single(s => s.Name == "drain").Text);
        return [.. refresh.Select(script => ($"refresh/{script.Name}", Line().Replace(script.Text, line => string.Join('\n', parts.Select(
            part => line.Groups["what"].Value switch
            {
                "keys, rows" => part.DrainKeysAndRows,
                "count" => part.DrainCount,
                "delta rows" => part.FreshnessDeltaRows,
                "pending" => part.PendingFunction(changes),
                var unknown => throw new MigrationException($"{script.Path}: nothing is written for each aggregate as '{unknown}'."),
            })))))];
    }

    /// <summary>From staged rows to the users, sessions and weeks they touch: the drain and FRESH do it alike.</summary>
    private static string SharedChanges(string drain)
    {
        const string begin = "    -- changes\n", end = "    -- end of changes\n";
        var from = drain.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return drain[from..drain.IndexOf(end, StringComparison.Ordinal)].TrimEnd('\n');
    }

    // A line of its own, whatever it is indented by: one that were not replaced would be a comment, and say nothing.
    [GeneratedRegex("^ *-- for each aggregate: (?<what>.+)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}

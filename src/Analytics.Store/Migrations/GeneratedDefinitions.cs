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
        return [.. refresh.Select(s => ($"refresh/{s.Name}", Placeholder().Replace(s.Text, line => Part(s, line.Groups[1].Value))))];

        string Part(Script script, string name) => name switch
        {
            "keys, rows" => Join(a => a.DrainKeysAndRows),
            "count" => Join(a => a.DrainCount),
            "delta rows" => Join(a => a.FreshnessDeltaRows),
            "pending" => Join(a => a.PendingFunction(changes)),
            // Left as the comment that it is, it would be a part that is missing and that nobody misses.
            _ => throw new MigrationException($"db/{script.Path}: nothing follows from an aggregate for '{name}'."),
        };

        string Join(Func<AggregateSql, string> part) => string.Join('\n', parts.Select(part));
    }

    /// <summary>From staged rows to the users, sessions and weeks they touch: the drain and FRESH do it alike.</summary>
    private static string SharedChanges(string drain)
    {
        const string begin = "    -- changes\n", end = "    -- end of changes\n";
        var from = drain.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return drain[from..drain.IndexOf(end, StringComparison.Ordinal)].TrimEnd('\n');
    }

    [GeneratedRegex(@"^ *-- for each aggregate: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Placeholder();
}

// The functions of db/definitions/refresh, put together from all aggregates.
using Npgsql;

namespace Analytics.Store.Migrations;

internal static class GeneratedDefinitions
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
        return [.. refresh.Select(script => ($"refresh/{script.Name}", script.Text
            .Replace("    -- for each aggregate: keys, rows", Join(a => a.DrainKeysAndRows), StringComparison.Ordinal)
            .Replace("               -- for each aggregate: count", Join(a => a.DrainCount), StringComparison.Ordinal)
            .Replace(
                "                -- for each aggregate: delta rows", Join(a => a.FreshnessDeltaRows), StringComparison.Ordinal)
            .Replace("-- for each aggregate: pending", Join(a => a.PendingFunction(changes)), StringComparison.Ordinal)))];

        string Join(Func<AggregateSql, string> part) => string.Join('\n', parts.Select(part));
    }

    /// <summary>From staged rows to the users, sessions and weeks they touch: the drain and FRESH do it alike.</summary>
    private static string SharedChanges(string drain)
    {
        const string begin = "    -- changes\n", end = "    -- end of changes\n";
        var from = drain.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return drain[from..drain.IndexOf(end, StringComparison.Ordinal)].TrimEnd('\n');
    }
}

// The declared aggregates, as the migrator wrote them down: what a full refresh and verify go through.
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>An aggregate that the database keeps.</summary>
/// <param name="Columns">In the live view's order.</param>
public sealed record KeptAggregate(string Name, string[] KeyColumns, string[] Columns);

public static class AggregateCatalogue
{
    /// <summary>All aggregates, those first that others are built on.</summary>
    public static async Task<IReadOnlyList<KeptAggregate>> ReadAsync(NpgsqlConnection connection, CancellationToken ct) =>
        [.. await connection.QueryAsync<KeptAggregate>(new CommandDefinition("""
            select a.name as Name, a.key_columns as KeyColumns, a.columns as Columns
            from analytics.aggregates as a order by a.ordinal
            """, cancellationToken: ct))];
}

// The declared aggregates, as the migrator wrote them down: what a full refresh and verify go through.
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>An aggregate that the database keeps.</summary>
public sealed record KeptAggregate
{
    public required string Name { get; init; }
    public required string[] KeyColumns { get; init; }

    /// <summary>Its matview is made of <see cref="AggregateCatalogue.Places"/>.</summary>
    public required bool IsFolded { get; init; }

    /// <summary>In the live view's order.</summary>
    public required string[] Columns { get; init; }
}

public static class AggregateCatalogue
{
    /// <summary>Where the drain looks up whose a session was and in which week.</summary>
    public const string Places = "session_summary";

    /// <summary>
    /// All aggregates, those first that others are built on, and before all of them session_summary: the drain finds the
    /// former owner of a deleted session there, so it must not be refreshed later than what that owner has in the others.
    /// Next what is made of it: what is drained after the REFRESH of any other, and before the end, is drained twice more.
    /// </summary>
    public static async Task<IReadOnlyList<KeptAggregate>> ReadAsync(NpgsqlConnection connection, CancellationToken ct) =>
        [.. await connection.QueryAsync<KeptAggregate>(new CommandDefinition("""
            select a.name as Name, a.key_columns as KeyColumns, a.columns as Columns, a.is_folded as IsFolded
            from analytics.aggregates as a order by a.name <> @Places, not a.is_folded, a.ordinal
            """, new { Places }, cancellationToken: ct))];

    /// <summary>The aggregates whose matview is missing or has never been filled: reading it fails.</summary>
    public static async Task<IReadOnlyList<string>> UnpopulatedAsync(NpgsqlDataSource primary, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<string>(new CommandDefinition("""
            select a.name
            from analytics.aggregates as a
            left join pg_class as c on c.oid = to_regclass(format('analytics.%I', a.name)) and c.relkind = 'm'
            where not coalesce(c.relispopulated, false)
            order by a.ordinal
            """, cancellationToken: ct))];
    }
}

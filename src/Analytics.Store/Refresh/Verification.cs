// The oracle: compares what readers read with what the base tables say, key by key, in one snapshot.
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>The drift of one aggregate.</summary>
/// <param name="Rows">Keys whose row is missing, left over or different, of users with nothing pending.</param>
/// <param name="PendingUsers">Users whose rows differ while changes of theirs are pending: nothing is wrong with that.</param>
/// <param name="Examples">Up to five keys, as text.</param>
public sealed record Drift(string Aggregate, long Rows, long PendingUsers, IReadOnlyList<string> Examples);

public sealed class Verification(NpgsqlDataSource primary)
{
    private sealed record Difference(Guid UserId, string Key, bool Pending);

    /// <summary>Compares every aggregate's *_current with its *_live both ways. Reads everything: minutes for millions of rows.</summary>
    public async Task<IReadOnlyList<Drift>> RunAsync(CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        var drifts = new List<Drift>();
        foreach (var aggregate in await AggregateCatalogue.ReadAsync(connection, ct))
            drifts.Add(await CompareAsync(connection, aggregate, ct));
        return drifts;
    }

    private static async Task<Drift> CompareAsync(NpgsqlConnection connection, KeptAggregate aggregate, CancellationToken ct)
    {
        var columns = string.Join(", ", aggregate.Columns);
        var key = string.Join(" || ' ' || ", aggregate.KeyColumns.Select(k => $"d.{k}::text"));
        var differences = (await connection.QueryAsync<Difference>(new CommandDefinition($"""
            with different as materialized (
                (select {columns} from analytics.{aggregate.Name}_current
                 except all select {columns} from analytics.{aggregate.Name}_live)
                union all
                (select {columns} from analytics.{aggregate.Name}_live
                 except all select {columns} from analytics.{aggregate.Name}_current)
            )
            select distinct d.user_id as UserId, {key} as Key, f.pending_changes > 0 as Pending
            from different as d
            join analytics.freshness(array(select distinct u.user_id from different as u), 'INCREMENTAL') as f
                on f.user_id = d.user_id
            """, commandTimeout: 0, cancellationToken: ct))).ToList();
        var drifted = differences.Where(d => !d.Pending).ToList();
        return new Drift(
            aggregate.Name, drifted.Count, differences.Where(d => d.Pending).Select(d => d.UserId).Distinct().Count(),
            [.. drifted.Take(5).Select(d => d.Key)]);
    }
}

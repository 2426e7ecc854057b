// The oracle: compares what readers read with what the base tables say, key by key, in one snapshot; and what follows from
// a difference.
using System.Data;
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>The drift of one aggregate.</summary>
/// <param name="Rows">Keys whose row is missing, left over or different, of users with nothing pending.</param>
/// <param name="Users">Whose they are.</param>
/// <param name="PendingUsers">Users whose rows differ while changes of theirs are pending: nothing is wrong with that.</param>
/// <param name="Examples">Up to five keys, as text.</param>
public sealed record Drift(
    string Aggregate, long Rows, IReadOnlyList<Guid> Users, long PendingUsers, IReadOnlyList<string> Examples);

public sealed class Verification(NpgsqlDataSource primary)
{
    /// <summary>With more users to repair than this, one full refresh is staged instead of each of them.</summary>
    private const int MostRepairedUsers = 1_000;

    private sealed record Difference(Guid UserId, string Key, bool Pending);

    /// <summary>
    /// Compares every aggregate's *_current with its *_live both ways, and notes the time where nothing differs or what does is
    /// staged again. Without a sample it reads everything: minutes for millions of rows.
    /// </summary>
    /// <param name="sample">Looks at this many users, at random; null: at all, and at rows whose user is gone.</param>
    /// <param name="repair">Stages the users whose rows differ, so that the next drains recompute them.</param>
    /// <param name="step">Told of each aggregate.</param>
    public async Task<IReadOnlyList<Drift>> RunAsync(CancellationToken ct, int? sample = null, bool repair = false, Action<RefreshStep>? step = null)
    {
        using var span = RefreshTelemetry.BeginAudit(sample is not null);
        await using var connection = await primary.OpenConnectionAsync(ct);
        var drifts = new List<Drift>();
        DateTime lookedAt;
        await using (var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct))
        {
            lookedAt = await connection.ExecuteScalarAsync<DateTime>(new CommandDefinition("select transaction_timestamp()", cancellationToken: ct));
            var users = sample is null ? null : await SampleAsync(connection, sample.Value, ct);
            var aggregates = await AggregateCatalogue.ReadAsync(connection, ct);
            foreach (var aggregate in aggregates)
            {
                step?.Invoke(new RefreshStep($"comparing {aggregate.Name}", drifts.Count, aggregates.Count));
                drifts.Add(await CompareAsync(connection, aggregate, users, ct));
            }
        }
        RefreshTelemetry.Audited(span, drifts);
        if (repair)
            await StageAsync(connection, [.. drifts.SelectMany(d => d.Users).Distinct()], ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            update analytics.refresh_state as s
            set verified = s.verified || (select coalesce(jsonb_object_agg(n, @lookedAt), '{}') from unnest(@names) as n)
            """,
            new { lookedAt, names = drifts.Where(d => repair || d.Rows == 0).Select(d => d.Aggregate).ToArray() }, cancellationToken: ct));
        return drifts;
    }

    private static async Task<Guid[]> SampleAsync(NpgsqlConnection connection, int count, CancellationToken ct) =>
        [.. await connection.QueryAsync<Guid>(new CommandDefinition("""
            select u.user_id
            from (select u.user_id from core.users as u union select s.user_id from analytics.weekly_aggregates_current as s) as u
            order by random() limit @count
            """, new { count }, commandTimeout: 0, cancellationToken: ct))];

    private static async Task<Drift> CompareAsync(
        NpgsqlConnection connection, KeptAggregate aggregate, Guid[]? users, CancellationToken ct)
    {
        var columns = string.Join(", ", aggregate.Columns);
        var key = string.Join(" || ' ' || ", aggregate.KeyColumns.Select(k => $"d.{k}::text"));
        var current = Of($"analytics.{aggregate.Name}_current");
        var live = Of($"analytics.{aggregate.Name}_live");
        var differences = (await connection.QueryAsync<Difference>(new CommandDefinition($"""
            with different as materialized (
                ({current} except all {live})
                union all
                ({live} except all {current})
            )
            select distinct d.user_id as UserId, {key} as Key, f.pending_changes > 0 as Pending
            from different as d
            join analytics.counted_freshness(array(select distinct u.user_id from different as u), 'INCREMENTAL', null) as f
                on f.user_id = d.user_id
            """, new { users }, commandTimeout: 0, cancellationToken: ct))).ToList();
        var drifted = differences.Where(d => !d.Pending).ToList();
        return new Drift(
            aggregate.Name, drifted.Count, [.. drifted.Select(d => d.UserId).Distinct()],
            differences.Where(d => d.Pending).Select(d => d.UserId).Distinct().Count(), [.. drifted.Take(5).Select(d => d.Key)]);

        // Lateral, so that a sampled user is asked for by index on both sides.
        string Of(string view) => users is null
            ? $"select {columns} from {view}"
            : $"select {string.Join(", ", aggregate.Columns.Select(c => $"v.{c}"))} from unnest(@users) as u (id) "
                + $"cross join lateral (select v.* from {view} as v where v.user_id = u.id offset 0) as v";
    }

    private static Task<int> StageAsync(NpgsqlConnection connection, Guid[] users, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            users.Length <= MostRepairedUsers
                ? "insert into analytics.staging_changes (user_id) select unnest(@users)"
                : "insert into analytics.staging_changes default values",
            new { users }, cancellationToken: ct));
}

// Compares what readers read with what core says, in one snapshot, for every aggregate that the database declares.
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Differential.Running;

/// <param name="Kind">
/// drift: wrong with nothing staged; dishonest: wrong while freshness says that nothing is pending; answer: the API differs
/// from the recomputation; fault: something raised.
/// </param>
public sealed record Difference(string Kind, string What);

public sealed class Comparison
{
    private sealed record OfOne(long Pending, long Different, string? Example);

    private sealed record OfAll(long Hidden, long Different, string? Example);

    private sealed record Statements(string Name, string Everyone, string User, string UserInMatview);

    private readonly IReadOnlyList<Statements> _aggregates;

    private Comparison(IEnumerable<KeptAggregate> aggregates) => _aggregates = [.. aggregates.Select(a => new Statements(
        a.Name, EveryoneSql(a), UserSql(a, "_current", "INCREMENTAL"), UserSql(a, "", "MATVIEW")))];

    public IReadOnlyList<string> Names => [.. _aggregates.Select(a => a.Name)];

    public static async Task<Comparison> OfAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return new Comparison(await AggregateCatalogue.ReadAsync(connection, ct));
    }

    /// <summary>Every row of everyone.</summary>
    /// <param name="quiet">Nothing is staged: every difference is wrong, and not only those that freshness hides.</param>
    public async Task<Difference?> OfEveryoneAsync(NpgsqlDataSource source, bool quiet, CancellationToken ct)
    {
        await using var snapshot = await SnapshotAsync(source, ct);
        foreach (var aggregate in _aggregates)
        {
            var row = await snapshot.QuerySingleAsync<OfAll>(aggregate.Everyone);
            if ((quiet ? row.Different : row.Hidden) > 0)
                return new Difference(
                    quiet ? "drift" : "dishonest", $"{aggregate.Name}: {row.Different} rows, such as {row.Example}");
        }
        return null;
    }

    /// <summary>A user's rows beside their freshness, in one statement: with nothing pending they must be right.</summary>
    public async Task<Difference?> OfUserAsync(
        NpgsqlDataSource source, Guid user, bool matview, Tally tally, CancellationToken ct)
    {
        await using var snapshot = await SnapshotAsync(source, ct);
        foreach (var aggregate in _aggregates)
        {
            var row = await snapshot.QuerySingleAsync<OfOne>(
                matview ? aggregate.UserInMatview : aggregate.User, new { user });
            tally.Read(fresh: row.Pending == 0);
            if (row is { Pending: 0, Different: > 0 })
                return new Difference("dishonest",
                    $"{aggregate.Name}{(matview ? " alone" : "")} of user {user}: nothing pending, yet {row.Different} rows "
                    + $"differ, such as {row.Example}");
        }
        return null;
    }

    /// <summary>A read-only transaction whose snapshot comes after any truncate: a truncate shows in older ones too.</summary>
    private static async Task<NpgsqlConnection> SnapshotAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync("""
            begin isolation level repeatable read read only; lock table core.sessions, core.sets in access share mode
            """);
        return connection;
    }

    private static string EveryoneSql(KeptAggregate aggregate) => $"""
        with {Different(aggregate, "_current", "")}
        select count(*) filter (where f.pending_changes = 0) as Hidden, count(*) as Different,
               coalesce(min(d::text) filter (where f.pending_changes = 0), min(d::text)) as Example
        from different as d
        left join analytics.freshness(array(select distinct x.user_id from different as x), 'INCREMENTAL') as f
            on f.user_id = d.user_id
        """;

    private static string UserSql(KeptAggregate aggregate, string read, string freshness) => $"""
        with {Different(aggregate, read, " where r.user_id = @user")}
        select (select f.pending_changes::bigint from analytics.freshness(array[@user], '{freshness}') as f) as Pending,
               count(*) as Different, min(d::text) as Example
        from different as d
        """;

    private static string Different(KeptAggregate aggregate, string read, string whose)
    {
        var columns = string.Join(", ", aggregate.Columns);
        var (rows, live) = (Rows(read), Rows("_live"));
        return $"different as materialized (({rows} except all {live}) union all ({live} except all {rows}))";

        string Rows(string suffix) => $"select {columns} from analytics.{aggregate.Name}{suffix} as r{whose}";
    }
}

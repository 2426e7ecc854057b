// How fresh an answer is, computed by the database in the snapshot of the answer's own statement.
using Dapper;
using Npgsql;

namespace Analytics.Store.Readers;

/// <summary>Freshness of one user's answer, or of the whole service. Times in UTC.</summary>
/// <param name="AsOf">Every change committed before this is in the answer.</param>
/// <param name="LastRefreshAt">When the source was last refreshed; the statement's time when it is read live.</param>
/// <param name="PendingChanges">Changes that the answer does not contain yet, or may not. A replica counts those that have
/// reached it.</param>
/// <param name="LagS">Seconds that the oldest of them has been waiting, or since a replica's latest heartbeat if that is
/// more; on the primary 0 when there is none.</param>
/// <param name="VerifiedAt">When an audit last compared what is read with the base tables; null: never, or read live.</param>
/// <param name="CatchUpS">Of the whole service: seconds until all is drained, by its pace; null when unknown.</param>
public sealed record Freshness(
    DateTime AsOf, DateTime LastRefreshAt, int PendingChanges, double LagS, ReadSource Source, DateTime? VerifiedAt,
    double? CatchUpS = null);

/// <summary>The columns with which a row of an answer tells its freshness (a head row), or leaves them empty.</summary>
internal abstract class FreshnessColumns
{
    /// <summary>Of a head row, from analytics.freshness as f.</summary>
    public const string OfHead =
        "f.as_of as AsOf, f.pending_changes as PendingChanges, f.lag_s as LagS, f.verified_at as VerifiedAt, "
        + "f.last_refresh_at as RefreshedAt";

    public DateTime? AsOf { get; init; }
    public int PendingChanges { get; init; }
    public double LagS { get; init; }
    public DateTime? VerifiedAt { get; init; }

    /// <summary>Of what a head row describes; of the row itself in any other.</summary>
    public DateTime RefreshedAt { get; init; }

    /// <summary>Of any other row, in the same order.</summary>
    public static string OfRow(string alias) =>
        $"null::timestamptz, null::int, null::float8, null::timestamptz, {alias}.last_refresh_at";

    public Freshness ToFreshness(ReadSource source) =>
        new(AsOf!.Value, RefreshedAt, PendingChanges, LagS, source, VerifiedAt);

    /// <summary>The freshness of a head row.</summary>
    /// <param name="first">Where its columns begin.</param>
    public static Freshness FreshnessOf(NpgsqlDataReader head, int first, ReadSource source) => new(
        AsOf: head.GetDateTime(first), PendingChanges: head.GetInt32(first + 1), LagS: head.GetDouble(first + 2),
        VerifiedAt: head.IsDBNull(first + 3) ? null : head.GetDateTime(first + 3), LastRefreshAt: head.GetDateTime(first + 4),
        Source: source);
}

public sealed class FreshnessReader(ReadServers reads)
{
    private sealed record Row(
        Guid UserId, DateTime AsOf, DateTime LastRefreshAt, int PendingChanges, double LagS, DateTime? VerifiedAt, double? CatchUpS)
    {
        public Freshness ToFreshness(ReadSource source) =>
            new(AsOf, LastRefreshAt, PendingChanges, LagS, source, VerifiedAt, CatchUpS);
    }

    /// <param name="userIds">Distinct.</param>
    /// <returns>One entry per user, known or not.</returns>
    /// <param name="ofPrimary">Not of a replica: for a caller that has just written.</param>
    public Task<IReadOnlyDictionary<Guid, Freshness>> ReadAsync(
        IReadOnlyCollection<Guid> userIds, ReadSource source, CancellationToken ct, bool ofPrimary = false) =>
        reads.AskAsync(source, connection => ReadAsync(connection, userIds, source, ct), ct, ofPrimary);

    private static async Task<IReadOnlyDictionary<Guid, Freshness>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<Guid> userIds, ReadSource source, CancellationToken ct)
    {
        var rows = await connection.QueryAsync<Row>(new CommandDefinition("""
            select f.user_id as UserId, f.as_of as AsOf, f.last_refresh_at as LastRefreshAt,
                   f.pending_changes as PendingChanges, f.lag_s as LagS, f.verified_at as VerifiedAt, null::float8 as CatchUpS
            from analytics.freshness(@userIds, @source) as f
            """, new { userIds = userIds.ToArray(), source = source.FreshnessName() }, cancellationToken: ct));
        return rows.ToDictionary(r => r.UserId, r => r.ToFreshness(source));
    }

    /// <summary>Of the whole service; pending changes are counted up to 100,000.</summary>
    /// <param name="ofPrimary">Not of a replica: for a caller that has just written.</param>
    public Task<Freshness> ReadServiceAsync(ReadSource source, CancellationToken ct, bool ofPrimary = false) =>
        reads.AskAsync(source, connection => ReadServiceAsync(connection, source, ct), ct, ofPrimary);

    private static async Task<Freshness> ReadServiceAsync(NpgsqlConnection connection, ReadSource source, CancellationToken ct)
    {
        var row = await connection.QuerySingleAsync<Row>(new CommandDefinition("""
            select '00000000-0000-0000-0000-000000000000'::uuid as UserId, f.as_of as AsOf,
                   f.last_refresh_at as LastRefreshAt, f.pending_changes as PendingChanges, f.lag_s as LagS,
                   f.verified_at as VerifiedAt, f.catch_up_s as CatchUpS
            from analytics.service_freshness(@source) as f
            """, new { source = source.FreshnessName() }, cancellationToken: ct));
        return row.ToFreshness(source);
    }
}

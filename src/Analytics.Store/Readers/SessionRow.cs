// One session summary as it is read, and what the three session readers share in SQL.
using System.Data.Common;
using Dapper;
using Npgsql;

namespace Analytics.Store.Readers;

/// <summary>One row of session_summary: metres, seconds, kilograms, times in UTC.</summary>
/// <param name="DurationS">Null while the session is open or when it ends before it starts.</param>
public sealed record SessionRow(
    Guid UserId, Guid SessionId, string ActivityType, string? Title, DateTime StartedAt, DateTime? EndedAt, DateOnly WeekStart,
    long? DurationS, double? DistanceM, double TotalVolumeKg, double? AvgRpe, int SetCount, int ExerciseCount,
    DateTime LastRefreshAt, Freshness Freshness);

/// <summary>A row on the wire: a head row per user (SessionId null) carries the freshness, the rest the sessions.</summary>
internal sealed class SessionWireRow : FreshnessColumns
{
    public long Ordinal { get; init; }
    public Guid UserId { get; init; }
    public Guid? SessionId { get; init; }
    public string ActivityType { get; init; } = "";
    public string? Title { get; init; }
    public DateTime StartedAt { get; init; }
    public DateTime? EndedAt { get; init; }
    public DateOnly WeekStart { get; init; }
    public long? DurationS { get; init; }
    public double? DistanceM { get; init; }
    public double TotalVolumeKg { get; init; }
    public double? AvgRpe { get; init; }
    public int SetCount { get; init; }
    public int ExerciseCount { get; init; }
    public string? SortKey { get; init; }

    // Column by column and not by Dapper, which boxes each value: a team's page has 600 sessions.
    public static SessionWireRow Of(DbDataReader row) => new()
    {
        Ordinal = row.GetInt64(0),
        UserId = row.GetGuid(1),
        AsOf = row.IsDBNull(2) ? null : row.GetDateTime(2),
        PendingChanges = row.IsDBNull(3) ? 0 : row.GetInt32(3),
        LagS = row.IsDBNull(4) ? 0 : row.GetDouble(4),
        VerifiedAt = row.IsDBNull(5) ? null : row.GetDateTime(5),
        RefreshedAt = row.GetDateTime(6),
        SessionId = row.IsDBNull(7) ? null : row.GetGuid(7),
        ActivityType = row.IsDBNull(8) ? "" : row.GetString(8),
        Title = row.IsDBNull(9) ? null : row.GetString(9),
        StartedAt = row.IsDBNull(10) ? default : row.GetDateTime(10),
        EndedAt = row.IsDBNull(11) ? null : row.GetDateTime(11),
        WeekStart = row.IsDBNull(12) ? default : row.GetFieldValue<DateOnly>(12),
        DurationS = row.IsDBNull(13) ? null : row.GetInt64(13),
        DistanceM = row.GetNumericOrNull(14),
        TotalVolumeKg = row.GetNumeric(15),
        AvgRpe = row.GetNumericOrNull(16),
        SetCount = row.GetInt32(17),
        ExerciseCount = row.GetInt32(18),
        SortKey = row.IsDBNull(19) ? null : row.GetString(19),
    };

    public SessionRow ToSession(Freshness freshness) => new(
        UserId, SessionId!.Value, ActivityType, Title, StartedAt, EndedAt, WeekStart, DurationS, DistanceM, TotalVolumeKg,
        AvgRpe, SetCount, ExerciseCount, RefreshedAt, freshness);
}

internal static class SessionSql
{
    public const string Aggregate = "session_summary";
    public const string Key = "session_id";

    /// <summary>The head rows: freshness of the given users.</summary>
    /// <param name="users">A parameter of type uuid[]; an expression only with <paramref name="computed"/>: given a subquery, the
    /// function in SQL would not become a part of the statement, and be planned at each call.</param>
    public static string Heads(ReadSource source, string users, bool computed = false) => $"""
        select 0::bigint as Ordinal, f.user_id as UserId, {FreshnessColumns.OfHead},
               null::uuid as SessionId, null::text as ActivityType, null::text as Title,
               null::timestamptz as StartedAt, null::timestamptz as EndedAt, null::date as WeekStart,
               null::bigint as DurationS, null::numeric as DistanceM, 0::numeric as TotalVolumeKg, null::numeric as AvgRpe,
               0 as SetCount, 0 as ExerciseCount, null::text as SortKey
        from analytics.{(computed ? "counted_freshness" : "freshness")}({users}, '{source.FreshnessName()}', '{Aggregate}') as f
        """;

    /// <summary>The select list of a session, in the order of <see cref="Heads"/>.</summary>
    public static string Columns(string ordinal, string alias, string sortKey = "null::text") => $"""
        {ordinal}, {alias}.user_id, {FreshnessColumns.OfRow(alias)}, {alias}.session_id,
        {alias}.activity_type, {alias}.title, {Instant($"{alias}.started_at")}, {Instant($"{alias}.ended_at")},
        least(greatest({alias}.week_start, '0001-01-01'), '9999-12-27'), {alias}.duration_s,
        {alias}.distance_m, {alias}.total_volume_kg, {alias}.avg_rpe, {alias}.set_count,
        {alias}.exercise_count, {sortKey}
        """;

    /// <summary>An instant that a client can hold: PostgreSQL's reach further, one bad row must not break a page.</summary>
    public static string Instant(string instant) =>
        $"case when {instant} is not null then least(greatest({instant}, '0001-01-01Z'), '9999-12-31 23:59:59.999999Z') end";

    /// <summary>What a session's row is read into, without last_refresh_at.</summary>
    public static string Fields(string alias) =>
        $"{alias}.user_id, {alias}.session_id, {alias}.activity_type, {alias}.title, {alias}.started_at, {alias}.ended_at, "
        + $"{alias}.week_start, {alias}.duration_s, {alias}.distance_m, {alias}.total_volume_kg, {alias}.avg_rpe, "
        + $"{alias}.set_count, {alias}.exercise_count";

    /// <summary>Whose a session is, core decides: one that changed hands is not shown to its former owner.</summary>
    /// <remarks>
    /// First where the row says that the user has it, in an index that has a user's sessions side by side; only one that is not
    /// there, for it has just been moved or changed hands, is looked for by its id, among everybody's (measured: two fifths).
    /// Scalars and not 'exists': the planner makes a join of that, believes that it keeps one row, and then reads and sorts
    /// all sessions of the user instead of stopping at the limit.
    /// </remarks>
    public static string StillTheirs(ReadSource source, string alias) => IsCore(source) ? "" : $"""
         and coalesce(
            (select true from analytics.session_starts_live as s
             where s.user_id = {alias}.user_id and s.started_at = {alias}.started_at and s.session_id = {alias}.session_id),
            {OwnedById(alias)})
        """;

    /// <summary>The same of the rows of a user <c>k</c> from one start to before another: what core has there is fetched once for
    /// each <c>k</c>, the newest up to a limit, beyond which rows are looked for by their ids.</summary>
    public static string StillTheirs(ReadSource source, string alias, string from, string before, string limit) => IsCore(source) ? "" : $"""
         and ({alias}.session_id = any (array(
                select s.session_id from analytics.session_starts_live as s
                where s.user_id = k.user_id and s.started_at >= {from} and s.started_at < {before}
                order by s.started_at desc, s.session_id desc
                limit {limit}))
            or {OwnedById(alias)})
        """;

    private static bool IsCore(ReadSource source) => source is ReadSource.Live or ReadSource.FreshLive;

    private static string OwnedById(string alias) =>
        $"(select s.user_id = {alias}.user_id from core.sessions as s where s.session_id = {alias}.session_id) is true";

    /// <summary>Runs a statement whose columns are those of <see cref="Heads"/>.</summary>
    public static async Task<List<SessionWireRow>> QueryAsync(NpgsqlConnection connection, CommandDefinition command)
    {
        await using var row = await connection.ExecuteReaderAsync(command);
        var rows = new List<SessionWireRow>();
        while (await row.ReadAsync(command.CancellationToken)) rows.Add(SessionWireRow.Of(row));
        return rows;
    }

    /// <summary>Splits wire rows into the sessions of each ordinal, with their user's freshness.</summary>
    public static (ILookup<long, SessionRow> Sessions, IReadOnlyDictionary<Guid, Freshness> Freshness) Assemble(
        IReadOnlyCollection<SessionWireRow> rows, ReadSource source)
    {
        var freshness = rows.Where(r => r.SessionId is null).ToDictionary(r => r.UserId, r => r.ToFreshness(source));
        var sessions = rows.Where(r => r.SessionId is not null).ToLookup(r => r.Ordinal, r => r.ToSession(freshness[r.UserId]));
        return (sessions, freshness);
    }
}

// One session summary as it is read, and what the three session readers share in SQL.
using Npgsql;

namespace Analytics.Store.Readers;

/// <summary>One row of session_summary: metres, seconds, kilograms, times in UTC.</summary>
/// <param name="DurationS">Null while the session is open or when it ends before it starts.</param>
/// <param name="FreshnessOf">Of the users of all rows that were read together.</param>
public sealed record SessionRow(
    Guid UserId, Guid SessionId, string ActivityType, string? Title, DateTime StartedAt, DateTime? EndedAt, DateOnly WeekStart,
    long? DurationS, double? DistanceM, double TotalVolumeKg, double? AvgRpe, int SetCount, int ExerciseCount,
    DateTime LastRefreshAt, IReadOnlyDictionary<Guid, Freshness> FreshnessOf)
{
    /// <summary>Of the row's user.</summary>
    public Freshness Freshness => FreshnessOf[UserId];
}

/// <summary>What a statement of sessions gave: a head row for each user, and the sessions in no particular order.</summary>
/// <param name="Sessions">With the place of what each was asked for by, counted from 1, and its sort key.</param>
internal sealed record SessionRows(
    IReadOnlyDictionary<Guid, Freshness> FreshnessOf, List<(long Ordinal, SessionRow Row, string? SortKey)> Sessions)
{
    /// <summary>The sessions of each place, in the order that they came in.</summary>
    /// <param name="count">Places from 1 up.</param>
    public List<(SessionRow Row, string? SortKey)>?[] ByOrdinal(int count)
    {
        var places = new List<(SessionRow, string?)>?[count];
        foreach (var (ordinal, row, key) in Sessions) (places[ordinal - 1] ??= []).Add((row, key));
        return places;
    }
}

internal static class SessionSql
{
    public const string Aggregate = "session_summary";
    public const string Key = "session_id";

    /// <summary>The head rows: freshness of the given users.</summary>
    /// <param name="users">A parameter of type uuid[]; an expression only with <paramref name="computed"/>: given a subquery, the
    /// function in SQL would not become a part of the statement, and be planned at each call.</param>
    public static string Heads(ReadSource source, string users, bool computed = false) => $"""
        select {HeadOrdinal}::bigint as Ordinal, f.user_id as UserId, {FreshnessColumns.OfHead},
               null::uuid as SessionId, null::text as ActivityType, null::text as Title,
               null::timestamptz as StartedAt, null::timestamptz as EndedAt, null::date as WeekStart,
               null::bigint as DurationS, null::numeric as DistanceM, 0::numeric as TotalVolumeKg, null::numeric as AvgRpe,
               0 as SetCount, 0 as ExerciseCount, null::text as SortKey
        from analytics.{(computed ? "counted_freshness" : "freshness")}({users}, '{source.FreshnessName()}', '{Aggregate}') as f
        """;

    /// <summary>The select list of a session, in the order of <see cref="Heads"/>.</summary>
    /// <param name="ordinal">Counted from 1.</param>
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
    public static async Task<SessionRows> QueryAsync(NpgsqlCommand command, ReadSource source, CancellationToken ct)
    {
        var heads = new Dictionary<Guid, Freshness>();
        var sessions = new List<(long, SessionRow, string?)>();
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            // From left to right, since Npgsql finds a column that lies before the last one by going through the row again.
            var (ordinal, user) = (row.GetInt64(0), row.GetGuid(1));
            if (ordinal == HeadOrdinal) heads.Add(user, FreshnessColumns.FreshnessOf(row, FirstOfFreshness, source));
            else sessions.Add((ordinal, Of(row, user, heads), row.IsDBNull(SortKey) ? null : row.GetString(SortKey)));
        }
        return new SessionRows(heads, sessions);
    }

    private const long HeadOrdinal = 0;
    private const int FirstOfFreshness = 2, RefreshedAt = 6, SessionId = 7, SortKey = 19;

    // Column by column and not by Dapper, which boxes each value: a team's page has thousands of sessions.
    private static SessionRow Of(NpgsqlDataReader row, Guid user, IReadOnlyDictionary<Guid, Freshness> heads) => new(
        LastRefreshAt: row.GetDateTime(RefreshedAt),
        UserId: user,
        SessionId: row.GetGuid(SessionId),
        ActivityType: row.IsDBNull(8) ? "" : row.GetString(8),
        Title: row.IsDBNull(9) ? null : row.GetString(9),
        StartedAt: row.IsDBNull(10) ? default : row.GetDateTime(10),
        EndedAt: row.IsDBNull(11) ? null : row.GetDateTime(11),
        WeekStart: row.IsDBNull(12) ? default : row.GetFieldValue<DateOnly>(12),
        DurationS: row.IsDBNull(13) ? null : row.GetInt64(13),
        DistanceM: row.GetNumericOrNull(14),
        TotalVolumeKg: row.GetNumeric(15),
        AvgRpe: row.GetNumericOrNull(16),
        SetCount: row.GetInt32(17),
        ExerciseCount: row.GetInt32(18),
        FreshnessOf: heads);
}

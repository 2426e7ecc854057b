// Personal records of users, and how many of them fall into which week.
using Dapper;
using Npgsql;

namespace Analytics.Store.Readers;

/// <summary>One measure of a personal record: the value, and the session where it was first reached.</summary>
public sealed record RecordMark(double Value, DateTime At, Guid SessionId);

/// <summary>The best of one user in one exercise, in kilograms and metres; null where no working set has the measure.</summary>
public sealed record PersonalRecordRow(
    Guid ExerciseId, string ExerciseName, string? MuscleGroup, RecordMark? MaxWeight, RecordMark? BestE1rm,
    RecordMark? BestSetVolume, RecordMark? MaxDistance, DateTime LastRefreshAt);

/// <param name="Records">By exercise name, at most as many as were asked for.</param>
public sealed record RecordsOfUser(IReadOnlyList<PersonalRecordRow> Records, Freshness Freshness);

/// <summary>Whose records are asked for.</summary>
/// <param name="ExerciseIds">Only these, as sorted text without repetition; null: all.</param>
public readonly record struct RecordsRequest(Guid UserId, string? ExerciseIds)
{
    public static string Join(IEnumerable<Guid> exercises) => string.Join(',', exercises.Distinct().Order());
}

public sealed class PersonalRecordsReader(ReadServers reads)
{
    private const string Aggregate = "personal_records";
    private const string Key = "exercise_id";

    private const string Columns =
        "b.user_id, b.exercise_id, b.max_weight_kg, b.max_weight_session_id, b.max_weight_at, "
        + "b.best_e1rm_kg, b.best_e1rm_session_id, b.best_e1rm_at, "
        + "b.best_set_volume_kg, b.best_set_volume_session_id, b.best_set_volume_at, "
        + "b.max_distance_m, b.max_distance_session_id, b.max_distance_at";

    private static readonly IReadOnlyDictionary<ReadSource, string> Texts = ReadSources.ForEach(RecordsSql);
    private static readonly IReadOnlyDictionary<ReadSource, string> Counts = ReadSources.ForEach(CountsSql);

    /// <summary>Reads records of users in one statement, from personal_records_current or the source's equivalent.</summary>
    /// <param name="requests">Distinct.</param>
    /// <param name="most">At most this many records a request are returned.</param>
    /// <returns>One entry per request, known user or not.</returns>
    public Task<IReadOnlyDictionary<RecordsRequest, RecordsOfUser>> ReadAsync(
        IReadOnlyList<RecordsRequest> requests, int most, ReadSource source, CancellationToken ct) =>
        reads.AskAsync(source, connection => ReadAsync(connection, requests, most, source, ct), ct);

    private static async Task<IReadOnlyDictionary<RecordsRequest, RecordsOfUser>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<RecordsRequest> requests, int most, ReadSource source, CancellationToken ct)
    {
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(Texts[source], new
        {
            userIds = requests.Select(r => r.UserId).ToArray(),
            exercises = requests.Select(r => r.ExerciseIds is { } ids ? $"{{{ids}}}" : null).ToArray(),
            most,
        }, cancellationToken: ct))).AsList();
        var records = rows.Where(r => r.ExerciseId is not null).ToLookup(r => r.Ordinal);
        return rows.Where(r => r.ExerciseId is null).ToDictionary(
            r => requests[(int)r.Ordinal - 1],
            r => new RecordsOfUser(
                [.. records[r.Ordinal].Select(row => row.ToRecord())],
                r.ToFreshness(source)));
    }

    /// <summary>
    /// Counts, for weeks of users, the records that were set in them and still stand: each measure of each exercise is one.
    /// </summary>
    /// <param name="weeks">Distinct.</param>
    /// <returns>An entry for each week that has some.</returns>
    public Task<IReadOnlyDictionary<UserWeek, int>> CountAsync(
        IReadOnlyList<UserWeek> weeks, ReadSource source, CancellationToken ct) =>
        reads.AskAsync(source, connection => CountAsync(connection, weeks, source, ct), ct);

    private static async Task<IReadOnlyDictionary<UserWeek, int>> CountAsync(
        NpgsqlConnection connection, IReadOnlyList<UserWeek> weeks, ReadSource source, CancellationToken ct)
    {
        var calendars = weeks.Select(w => (w.UserId, w.Calendar)).Distinct().ToList();
        var rows = await connection.QueryAsync<(long Ordinal, DateOnly Week, int Records)>(new CommandDefinition(Counts[source], new
        {
            userIds = calendars.Select(c => c.UserId).ToArray(),
            timeZones = calendars.Select(c => c.Calendar.TimeZone).ToArray(),
            firstDays = calendars.Select(c => c.Calendar.IsoFirstDay).ToArray(),
            first = weeks.Min(w => w.WeekStart),
            last = weeks.Max(w => w.WeekStart),
        }, cancellationToken: ct));
        return rows.ToDictionary(
            r => new UserWeek(calendars[(int)r.Ordinal - 1].UserId, r.Week, calendars[(int)r.Ordinal - 1].Calendar), r => r.Records);
    }

    /// <summary>Each request gives a head row (exercise null: freshness), and its records.</summary>
    private sealed class Row : FreshnessColumns
    {
        public long Ordinal { get; init; }
        public Guid? ExerciseId { get; init; }
        public string ExerciseName { get; init; } = "";
        public string? MuscleGroup { get; init; }
        public double? MaxWeightKg { get; init; }
        public DateTime? MaxWeightAt { get; init; }
        public Guid? MaxWeightSessionId { get; init; }
        public double? BestE1rmKg { get; init; }
        public DateTime? BestE1rmAt { get; init; }
        public Guid? BestE1rmSessionId { get; init; }
        public double? BestSetVolumeKg { get; init; }
        public DateTime? BestSetVolumeAt { get; init; }
        public Guid? BestSetVolumeSessionId { get; init; }
        public double? MaxDistanceM { get; init; }
        public DateTime? MaxDistanceAt { get; init; }
        public Guid? MaxDistanceSessionId { get; init; }

        public PersonalRecordRow ToRecord() => new(
            ExerciseId!.Value, ExerciseName, MuscleGroup,
            Mark(MaxWeightKg, MaxWeightAt, MaxWeightSessionId), Mark(BestE1rmKg, BestE1rmAt, BestE1rmSessionId),
            Mark(BestSetVolumeKg, BestSetVolumeAt, BestSetVolumeSessionId),
            Mark(MaxDistanceM, MaxDistanceAt, MaxDistanceSessionId), RefreshedAt);

        private static RecordMark? Mark(double? value, DateTime? at, Guid? session) =>
            value is null ? null : new RecordMark(value.Value, at!.Value, session!.Value);
    }

    private static string RecordsSql(ReadSource source) => $"""
        {source.Asked(Aggregate, Key, """
            k.user_id, k.exercises::uuid[] as exercises, k.ordinal
            from unnest(@userIds, @exercises::text[]) with ordinality as k (user_id, exercises, ordinal)
            """)}
        select k.ordinal as Ordinal, {FreshnessColumns.OfHead},
               null::uuid as ExerciseId, null::text as ExerciseName, null::text as MuscleGroup,
               null::float8 as MaxWeightKg, null::timestamptz as MaxWeightAt, null::uuid as MaxWeightSessionId,
               null::float8 as BestE1rmKg, null::timestamptz as BestE1rmAt, null::uuid as BestE1rmSessionId,
               null::float8 as BestSetVolumeKg, null::timestamptz as BestSetVolumeAt, null::uuid as BestSetVolumeSessionId,
               null::float8 as MaxDistanceM, null::timestamptz as MaxDistanceAt, null::uuid as MaxDistanceSessionId
        from asked as k
        join analytics.freshness(@userIds, '{source.FreshnessName()}', '{Aggregate}') as f on f.user_id = k.user_id
        union all
        select k.ordinal, {FreshnessColumns.OfRow("r")}, r.exercise_id, r.name, r.muscle_group,
               r.max_weight_kg::float8, {SessionSql.Instant("r.max_weight_at")}, r.max_weight_session_id,
               r.best_e1rm_kg::float8, {SessionSql.Instant("r.best_e1rm_at")}, r.best_e1rm_session_id,
               r.best_set_volume_kg::float8, {SessionSql.Instant("r.best_set_volume_at")}, r.best_set_volume_session_id,
               r.max_distance_m::float8, {SessionSql.Instant("r.max_distance_at")}, r.max_distance_session_id
        from asked as k
        cross join lateral (
            select r.*, e.name, e.muscle_group
            from ({source.Rows(Aggregate, Key, Columns, """
                b.user_id = k.user_id and (k.exercises is null or b.exercise_id = any (k.exercises))
                """)}) as r
            join core.exercises as e on e.exercise_id = r.exercise_id
            order by e.name, r.exercise_id
            limit @most
        ) as r
        """;

    private static string CountsSql(ReadSource source) => $"""
        {source.Asked(Aggregate, Key, """
            k.user_id, k.time_zone, k.first_day, k.ordinal
            from unnest(@userIds, @timeZones, @firstDays) with ordinality as k (user_id, time_zone, first_day, ordinal)
            """)}
        select k.ordinal, w.week_start, w.records
        from asked as k
        cross join lateral (
            select w.week_start, count(*)::int as records
            from (
                select {WeekCalendar.WeekOfDaySql("r.day")} as week_start
                from (
                    select {WeekCalendar.DayOfInstantSql("a.reached_at")} as day
                    from ({source.Rows(Aggregate, Key, "b.max_weight_at, b.best_e1rm_at, b.best_set_volume_at, b.max_distance_at", "b.user_id = k.user_id")}) as r
                    cross join lateral (
                        values (r.max_weight_at), (r.best_e1rm_at), (r.best_set_volume_at), (r.max_distance_at)
                    ) as a (reached_at)
                    where isfinite(a.reached_at)
                    offset 0
                ) as r
            ) as w
            where w.week_start between @first and @last
            group by w.week_start
        ) as w
        """;
}

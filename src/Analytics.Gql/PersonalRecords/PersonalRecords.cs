// A user's personal records, and the freshness of them all.
using Analytics.Gql.Batching;
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Freshness;
using Analytics.Gql.SessionSummaries;
using Analytics.Store.Readers;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql.PersonalRecords;

/// <summary>What a user's best is, exercise by exercise.</summary>
[Versioned]
public sealed class PersonalRecords(Guid userId, RecordsOfUser records, Consistency consistency)
{
    /// <summary>Whose records they are.</summary>
    public Guid UserId => userId;

    /// <summary>By the exercise's name.</summary>
    public IEnumerable<PersonalRecord> Nodes => records.Records.Select(r => new PersonalRecord(userId, r, consistency));

    /// <summary>How fresh these records are.</summary>
    public Freshness.Freshness Freshness => new(records.Freshness);
}

/// <summary>A user's best in one exercise, over working sets (warm-ups are not counted). Of equal ones the earliest
/// counts.</summary>
[Versioned]
public sealed class PersonalRecord(Guid userId, PersonalRecordRow row, Consistency consistency)
{
    /// <summary>The exercise.</summary>
    public Exercise Exercise => new(row.ExerciseId, row.ExerciseName, row.MuscleGroup);

    /// <summary>Kilograms: the heaviest weight; null when no set has one.</summary>
    public double? MaxWeightKg => row.MaxWeight?.Value;

    /// <summary>When the session of that weight started.</summary>
    public DateTimeOffset? MaxWeightAt => row.MaxWeight?.At;

    /// <summary>The session where that weight was first reached; null while it is another user's.</summary>
    public IDataLoaderResult<SessionSummary?> MaxWeightSession([FromServices] SessionSummaryLoader loader) =>
        SessionOf(row.MaxWeight, loader);

    /// <summary>Kilograms: the best estimated one-repetition maximum (Epley) over sets of 1 to 12 reps; a single counts
    /// as its own weight. Null when there is none.</summary>
    public double? BestE1rmKg => row.BestE1rm?.Value;

    /// <summary>When the session of that estimate started.</summary>
    public DateTimeOffset? BestE1rmAt => row.BestE1rm?.At;

    /// <summary>The session where that estimate was first reached; null while it is another user's.</summary>
    public IDataLoaderResult<SessionSummary?> BestE1rmSession([FromServices] SessionSummaryLoader loader) =>
        SessionOf(row.BestE1rm, loader);

    /// <summary>Kilograms: the largest reps times weight of one set; null when no set has both.</summary>
    public double? BestSetVolumeKg => row.BestSetVolume?.Value;

    /// <summary>When the session of that set started.</summary>
    public DateTimeOffset? BestSetVolumeAt => row.BestSetVolume?.At;

    /// <summary>The session where that set was first reached; null while it is another user's.</summary>
    public IDataLoaderResult<SessionSummary?> BestSetVolumeSession([FromServices] SessionSummaryLoader loader) =>
        SessionOf(row.BestSetVolume, loader);

    /// <summary>Metres: the longest distance of one set; null when no set has one.</summary>
    public double? MaxDistanceM => row.MaxDistance?.Value;

    /// <summary>When the session of that distance started.</summary>
    public DateTimeOffset? MaxDistanceAt => row.MaxDistance?.At;

    /// <summary>The session where that distance was first reached; null while it is another user's.</summary>
    public IDataLoaderResult<SessionSummary?> MaxDistanceSession([FromServices] SessionSummaryLoader loader) =>
        SessionOf(row.MaxDistance, loader);

    /// <summary>When this row was recomputed.</summary>
    public DateTimeOffset LastRefreshAt => row.LastRefreshAt;

    // Whose a session is, core decides: one that changed hands is not shown to its former owner.
    private IDataLoaderResult<SessionSummary?> SessionOf(RecordMark? mark, SessionSummaryLoader loader) => mark is null
        ? LoaderResults.Known<SessionSummary?>(null)
        : loader.Load(new SessionAsked(mark.SessionId, consistency))
            .Then(session => session?.UserId == userId ? session : null);
}

/// <summary>An exercise of the app.</summary>
/// <param name="Id">Which exercise it is.</param>
/// <param name="Name">As the app names it; names need not be unique.</param>
/// <param name="MuscleGroup">What it trains; null when the app does not say.</param>
public sealed record Exercise(Guid Id, string Name, string? MuscleGroup);

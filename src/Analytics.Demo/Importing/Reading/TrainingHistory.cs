namespace Analytics.Demo.Importing.Reading;

/// <summary>A row of core.sets to be.</summary>
/// <param name="Ordinal">Its place in the session, from 0; rows that could not be read keep theirs.</param>
public sealed record ImportedSet(
    int Ordinal, string Exercise, bool IsWarmup, int? Reps, decimal? WeightKg, decimal? Rpe, decimal? DistanceM, int? DurationS);

/// <summary>A row of core.sessions to be, with at least one set.</summary>
/// <param name="Title">May be empty.</param>
/// <param name="WrittenStart">The local time as the file has it; with the title, what a session is known by.</param>
/// <param name="UnreadOrdinals">Places of rows that could not be read: what was imported there before stays.</param>
public sealed record ImportedSession(
    string Title, DateTime WrittenStart, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, IReadOnlyList<ImportedSet> Sets,
    IReadOnlyList<int> UnreadOrdinals)
{
    public string ActivityType { get; } = Reading.ActivityType.Of(Sets);
}

/// <summary>A row that is left out.</summary>
/// <param name="Line">Of the file, from 1.</param>
public sealed record BadRow(int Line, string Reason);

/// <summary>What an export holds.</summary>
/// <param name="App">Strong or Hevy.</param>
/// <param name="Rows">Below the header, blank lines left out.</param>
/// <param name="PauseAndNoteRows">Strong's rest timers and notes: no sets, and no faults.</param>
public sealed record TrainingHistory(
    string App, int Rows, IReadOnlyList<ImportedSession> Sessions, int PauseAndNoteRows, IReadOnlyList<BadRow> BadRows)
{
    public int Sets { get; } = Sessions.Sum(s => s.Sets.Count);

    public int Exercises { get; } =
        Sessions.SelectMany(s => s.Sets).Select(s => s.Exercise).Distinct(StringComparer.OrdinalIgnoreCase).Count();
}

// What the import says at its end: what it read, what it left out and why, what it wrote, and how to see it.
using System.Globalization;
using Analytics.Demo.Importing.Reading;
using Analytics.Demo.Importing.Writing;

namespace Analytics.Demo.Importing;

internal static class ImportReport
{
    private const int MostBadRows = 20;

    public static IEnumerable<string> Of(TrainingHistory history, Choices choices)
    {
        foreach (var bad in history.BadRows.Take(MostBadRows))
            yield return Text($"line {bad.Line}: {bad.Reason}");
        if (history.BadRows.Count > MostBadRows)
            yield return Text($"… and {history.BadRows.Count - MostBadRows:N0} more lines with faults");
        var unit = choices.Unit == UnitSystem.Metric ? "kg and km" : "lb and mi";
        yield return Text($"{history.App}, {history.Rows:N0} rows; ")
            + $"local times are of {choices.Zone.Id}, numbers without a unit in {unit}";
        if (history.Sets > 0)
            yield return Text($"{history.Sessions.Count:N0} sessions, {history.Sets:N0} sets, {history.Exercises:N0} exercises")
                + Text($" from {history.Sessions[0].WrittenStart:yyyy-MM-dd} to {history.Sessions.Max(s => s.WrittenStart):yyyy-MM-dd}");
        yield return Text($"{history.BadRows.Count:N0} rows skipped for faults; ")
            + Text($"{history.PauseAndNoteRows:N0} rest timers and notes are no sets");
    }

    public static IEnumerable<string> Of(Written written, string user)
    {
        yield return written.Rows == 0
            ? "nothing to change: all of it is there already"
            : Text($"sessions: {written.NewSessions:N0} new, {written.ChangedSessions:N0} changed; ")
                + Text($"sets: {written.NewSets:N0} new, {written.ChangedSets:N0} changed, {written.DeletedSets:N0} deleted; ")
                + Text($"exercises: {written.NewExercises:N0} new");
        yield return $"{user} is {(written.NewUser ? "the new " : "")}user {written.User}";
    }

    /// <summary>The way to the athlete's last twelve weeks.</summary>
    public static IEnumerable<string> HowToSee(ImportTarget target, Guid user, TrainingHistory history)
    {
        var query = DemoQueries.For(user, DateOnly.FromDateTime(history.Sessions.Max(s => s.StartedAt).UtcDateTime))[0];
        if (target.Served is { } address)
        {
            yield return $"\nthe demo at {address} shows it within seconds:\n{query.Curl(new Uri(address, "graphql"))}";
            yield break;
        }
        yield return target.Folder is { } folder
            ? $"\nto see it: dotnet run --project src/Analytics.Demo -- --data {Quoted(folder)}"
            : "\na server of this database shows it within seconds; to start one:\n"
                + "ConnectionStrings__Analytics=… dotnet run --project src/Analytics.Gql -- serve";
        yield return $"\n# {query.Shows}\n{query.Text}";
    }

    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"'{path}'" : path;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

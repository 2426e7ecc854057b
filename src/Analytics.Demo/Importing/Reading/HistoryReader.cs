// text ⇒ header ⇒ columns ⇒ each row: a set, a rest timer or a note, or a bad row ⇒ sessions by start and title
namespace Analytics.Demo.Importing.Reading;

/// <summary>Reads an export of Strong or Hevy.</summary>
/// <param name="zone">That the file's local times are of.</param>
/// <param name="unit">That its numbers are of where it does not say.</param>
public sealed class HistoryReader(TimeZoneInfo zone, UnitSystem unit)
{
    private const int MostReps = 100_000;
    private const int MostWeight = 10_000;
    private const int MostDistance = 10_000_000;
    private const int MostSeconds = 366 * 86_400;

    private readonly WallClock _clock = new(zone);
    private readonly Dictionary<string, TimeSpan?> _durations = [];

    /// <param name="file">What messages call it.</param>
    /// <param name="rowsRead">Told the number of rows, now and then.</param>
    /// <exception cref="ImportRefusedException">It is no export of either app, or cannot be told apart into rows.</exception>
    public TrainingHistory Read(string text, string file, Action<int>? rowsRead = null)
    {
        using var table = new CsvTable(text);
        var columns = Columns.Of(table.Header, file);
        var cells = new Cells(columns, unit);
        var sessions = new Sessions();
        var bad = new List<BadRow>();
        var (rows, pausesAndNotes) = (0, 0);
        foreach (var row in table.Rows())
        {
            if (++rows % 5000 == 0)
                rowsRead?.Invoke(rows);
            Take(row, columns, cells);
            if (IsPauseOrNote(cells.Text(columns.Kind)))
                pausesAndNotes++;
            else if (ReadRow(columns, cells, sessions) is { } fault)
                bad.Add(new BadRow(row.Line, fault));
        }
        rowsRead?.Invoke(rows);
        return new TrainingHistory(columns.App, rows, sessions.Finish(), pausesAndNotes, bad);
    }

    /// <summary>As many fields as the header has. A row of another length is at fault, and still read for the session it is of.</summary>
    private static void Take(CsvRow row, Columns columns, Cells cells)
    {
        var expected = columns.Header.Count;
        var length = row.Fields.Length;
        while (length > expected && row.Fields[length - 1].Length == 0)
            length--;
        cells.Take(length == expected
            ? row.Fields
            : [.. row.Fields.Take(expected), .. Enumerable.Repeat("", Math.Max(0, expected - length))]);
        if (row.StrayQuote)
            cells.Blame("a quote inside of a quoted field; double it.");
        else if (length > expected)
            cells.Blame($"{length} fields; the header has {expected}. Quote a field that holds the delimiter, such as '102,5'.");
        else if (length < expected)
            cells.Blame($"{length} fields; the header has {expected}. The row was cut off.");
    }

    private static bool IsPauseOrNote(string kind) =>
        kind.Equals("Rest Timer", StringComparison.OrdinalIgnoreCase) || kind.Equals("Note", StringComparison.OrdinalIgnoreCase);

    /// <returns>Why it cannot be read; null when it became a set.</returns>
    private string? ReadRow(Columns columns, Cells cells, Sessions sessions)
    {
        var title = cells.Name(columns.Title);
        var started = _clock.Read(cells.Text(columns.Start));
        if (started is not { } start)
        {
            cells.Blame(columns.Start, cells.Text(columns.Start), WallClock.Expected);
            return cells.Fault;
        }
        var session = sessions.Of(start, title);
        var ended = Ended(columns, cells, start);
        var set = ReadSet(columns, cells, session.NextOrdinal);
        session.Add(cells.Fault is null ? set : null, ended);
        return cells.Fault;
    }

    private DateTimeOffset? Ended(Columns columns, Cells cells, Moment start)
    {
        if (columns.Duration is { } duration && cells.Text(duration) is { Length: > 0 } took)
        {
            // The rows of a session repeat it.
            if (!_durations.TryGetValue(took, out var length))
                _durations.Add(took, length = Durations.TryParse(took, out var parsed) ? parsed : null);
            if (length is not null)
                return start.Instant + length;
            cells.Blame(duration, took, Durations.Expected);
        }
        else if (columns.End is { } end && cells.Text(end) is { Length: > 0 } written)
        {
            if (_clock.Read(written) is not { } moment)
                cells.Blame(end, written, WallClock.Expected);
            else if (_clock.End(moment, start) is var ended && ended < start.Instant)
                cells.Blame(end, written,
                    $"not before '{columns.Header[columns.Start]}', which is {Words.Quote(cells.Text(columns.Start))}");
            else
                return ended;
        }
        return null;
    }

    private static ImportedSet ReadSet(Columns columns, Cells cells, int ordinal)
    {
        var exercise = cells.Name(columns.Exercise);
        if (exercise.Length == 0)
            cells.Blame(columns.Exercise, exercise, "the name of an exercise");
        return new ImportedSet(
            ordinal, exercise, IsWarmup(columns, cells),
            cells.Count(columns.Reps, MostReps),
            cells.Amount(columns.Weights, Units.Weights, MostWeight),
            cells.Rpe(columns.Rpe),
            cells.Amount(columns.Distances, Units.Distances, MostDistance),
            cells.Seconds(columns.Seconds, MostSeconds));
    }

    /// <summary>Drop sets and sets to failure are working sets.</summary>
    private static bool IsWarmup(Columns columns, Cells cells)
    {
        if (columns.Kind is not { } at)
            return false;
        var kind = cells.Text(at);
        switch (kind.ToLowerInvariant())
        {
            case "w" or "warmup" or "warm_up":
                return true;
            case "d" or "f" or "normal" or "failure" or "dropset" or "drop_set":
            case { Length: > 0 and <= 6 } number when columns.App == "Strong" && number.All(c => char.IsAsciiDigit(c) || c == '.'):
                return false;
            default:
                cells.Blame(at, kind, columns.App == "Strong"
                    ? "a number, W, D, F, 'Rest Timer' or 'Note'" : "normal, warmup, failure or dropset");
                return false;
        }
    }
}

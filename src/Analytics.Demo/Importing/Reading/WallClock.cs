// The local times of an export as instants.
//
// Where clocks went forward, an hour does not exist: a time in it counts as the offset before had gone on (02:30 is 03:30).
// Where they went back, an hour exists twice: the first is taken, and the second for an end that would lie before its start.
using System.Globalization;

namespace Analytics.Demo.Importing.Reading;

/// <param name="Written">As the file has it: what identifies the session, whatever zone it is read in.</param>
internal readonly record struct Moment(DateTime Written, DateTimeOffset Instant);

internal sealed class WallClock(TimeZoneInfo zone)
{
    public const string Expected = "a time such as '2024-08-14 18:03:12' or '14 Aug 2024, 18:03', from 1970 to 2100";

    private static readonly string[] Days =
        ["yyyy-MM-dd ", "yyyy-MM-dd'T'", "d MMM yyyy, ", "d MMMM yyyy, ", "MMM d, yyyy, ", "MMMM d, yyyy, "];

    private static readonly string[] Hours = ["H:mm:ss", "H:mm", "h:mm:ss tt", "h:mm tt"];
    private static readonly string[] Local = [.. Days.SelectMany(_ => Hours, (day, hour) => day + hour)];
    private static readonly string[] Offsets = ["zzz", " zzz", "'Z'"];
    private static readonly string[] Zoned =
        [.. Local.Where(f => f.StartsWith('y') && !f.EndsWith('t')).SelectMany(_ => Offsets, (local, offset) => local + offset)];

    // The rows of a session come together and repeat their times.
    private readonly Dictionary<string, Moment?> _read = [];

    /// <returns>Null when it is no time, or out of bounds.</returns>
    public Moment? Read(string text)
    {
        if (_read.TryGetValue(text, out var known))
            return known;
        var moment = Parse(text);
        return _read[text] = moment is { Written.Year: >= 1970 and < 2100 } ? moment : null;
    }

    /// <summary>The end of a session: not before its start where the clock leaves a choice.</summary>
    public DateTimeOffset End(Moment end, Moment start) =>
        end.Instant < start.Instant && zone.IsAmbiguousTime(end.Written)
            ? new DateTimeOffset(end.Written, zone.GetAmbiguousTimeOffsets(end.Written).Min())
            : end.Instant;

    private Moment? Parse(string text)
    {
        // Apple writes a narrow no-break space before AM and PM.
        var plain = text.Replace('\u202F', ' ').Replace('\u00A0', ' ');
        if (DateTime.TryParseExact(plain, Local, CultureInfo.InvariantCulture, DateTimeStyles.None, out var written))
            return new Moment(written, Instant(written));
        return DateTimeOffset.TryParseExact(plain, Zoned, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? new Moment(instant.UtcDateTime, instant)
            : null;
    }

    private DateTimeOffset Instant(DateTime written)
    {
        if (zone.IsAmbiguousTime(written))
            return new DateTimeOffset(written, zone.GetAmbiguousTimeOffsets(written).Max());
        // A day before has the offset before: no zone changes twice in a day.
        return zone.IsInvalidTime(written)
            ? new DateTimeOffset(written, zone.GetUtcOffset(written.AddDays(-1)))
            : new DateTimeOffset(written, zone.GetUtcOffset(written));
    }
}

// How weeks are counted: in which time zone days begin, and with which day weeks do.
using Dapper;

namespace Analytics.Store.Readers;

/// <param name="TimeZone">As pg_timezone_names spells it.</param>
/// <param name="FirstDay">Monday, Saturday or Sunday, or any other.</param>
public readonly record struct WeekCalendar(string TimeZone, DayOfWeek FirstDay)
{
    /// <summary>That of weekly_aggregates.</summary>
    public static WeekCalendar Iso { get; } = new("UTC", DayOfWeek.Monday);

    /// <summary>1 for Monday to 7 for Sunday.</summary>
    internal int IsoFirstDay => FirstDay == DayOfWeek.Sunday ? 7 : (int)FirstDay;

    /// <summary>The day that an instant falls on, in the calendar of <c>k</c>. The day comes from the instant, never the other
    /// way round: a local midnight may not exist, or twice.</summary>
    internal static string DayOfInstantSql(string instant) => $"({instant} at time zone k.time_zone)::date";

    /// <summary>The week that a finite day falls into, in the calendar of <c>k</c>. PostgreSQL writes the expression out wherever
    /// the result is used: give the day as a column that is computed behind a fence (<c>offset 0</c>).</summary>
    /// <remarks>In whole numbers, from PostgreSQL's first day, a Monday: extract gives a numeric.</remarks>
    internal static string WeekOfDaySql(string day) => $"{day} - ({day} - date '4714-11-24 BC' + 8 - k.first_day) % 7";

    /// <summary>The first day of a day's week; the calendar's own first day where that lies before it.</summary>
    public DateOnly WeekOf(DateOnly day)
    {
        var back = ((int)day.DayOfWeek - (int)FirstDay + 7) % 7;
        return day.DayNumber < back ? DateOnly.MinValue : day.AddDays(-back);
    }
}

/// <summary>The time zones that the database knows.</summary>
public sealed class TimeZones(ReadServers reads)
{
    private IReadOnlyDictionary<string, string> _names = new Dictionary<string, string>();

    /// <summary>The database's spelling of a zone's name; null when it knows no such zone.</summary>
    public string? Find(string name) => _names.GetValueOrDefault(name);

    /// <summary>Asks the database: it reads its zone files for this, so once must do.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        // 'posix' and 'right' hold the same zones again, the latter with leap seconds.
        var names = await reads.AskAsync(ReadSource.Live, connection => connection.QueryAsync<string>(new CommandDefinition("""
            select z.name from pg_timezone_names as z
            where z.name !~ '^(posix|right)/' and z.name not in ('localtime', 'posixrules', 'Factory')
            """, cancellationToken: ct)), ct);
        _names = names.ToDictionary(n => n, n => n, StringComparer.OrdinalIgnoreCase);
    }
}

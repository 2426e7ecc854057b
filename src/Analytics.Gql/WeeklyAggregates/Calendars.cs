// The arguments timeZone and weekStartsOn, turned into a calendar that the database knows.
using Analytics.Gql.Engine;
using Analytics.Store.Readers;

namespace Analytics.Gql.WeeklyAggregates;

/// <summary>The day that weeks begin with.</summary>
public enum Weekday
{
    /// <summary>As in ISO 8601 and most of the world.</summary>
    Monday,

    /// <summary>As in much of the Middle East.</summary>
    Saturday,

    /// <summary>As in the Americas, India, Israel and Japan.</summary>
    Sunday,
}

/// <summary>Asks the database for its time zones once, before the first request.</summary>
public sealed class Calendars(TimeZones zones) : IHostedService
{
    /// <param name="field">For the message.</param>
    /// <exception cref="ClientError">The database knows no such zone.</exception>
    public WeekCalendar Of(string field, string timeZone, Weekday firstDay) => new(
        zones.Find(timeZone) ?? throw new ClientError(
            ErrorCodes.BadUserInput,
            $"{field}: 'timeZone' is \"{Shown(timeZone)}\", which is no time zone. "
            + "Give an IANA name, such as \"Europe/Berlin\" or \"UTC\"."),
        firstDay switch
        {
            Weekday.Saturday => DayOfWeek.Saturday,
            Weekday.Sunday => DayOfWeek.Sunday,
            _ => DayOfWeek.Monday,
        });

    public Task StartAsync(CancellationToken cancellationToken) => zones.LoadAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static string Shown(string text) => text.Length <= 64 ? text : text[..64] + "…";
}

// What the command line gives, checked before anything is read or started.
using Analytics.Demo.Importing.Reading;
using Analytics.Gql;

namespace Analytics.Demo.Importing;

/// <param name="User">Display name of the athlete.</param>
/// <param name="TimeZone">IANA; null: the machine's.</param>
/// <param name="Unit">kg or lb.</param>
/// <param name="Folder">Of the cluster; null with <paramref name="Connection"/>, or for the user's own folder.</param>
/// <param name="Connection">Of a server that is there already.</param>
public sealed record ImportSettings(string File, string User, string? TimeZone, string Unit, string? Folder, string? Connection)
{
    private const int MostNameCharacters = 200;

    /// <exception cref="SettingsException">One of them cannot be used.</exception>
    public Choices Checked()
    {
        if (Connection is not null && Folder is not null)
            throw new SettingsException("--data and --connection are both given. Give the one that the workouts should go to.");
        var user = User.Trim();
        if (user.Length is 0 or > MostNameCharacters || user.Any(char.IsControl))
            throw new SettingsException(
                $"--user has {user.Length} characters; 1 to {MostNameCharacters}, and no control characters. Give the athlete's name.");
        return new Choices(user, Zone(), Unit.ToLowerInvariant() switch
        {
            "kg" => UnitSystem.Metric,
            "lb" or "lbs" => UnitSystem.Imperial,
            _ => throw new SettingsException($"--unit {Words.Quote(Unit)} is unknown. Give kg or lb."),
        });
    }

    private TimeZoneInfo Zone()
    {
        if (TimeZone is null)
            return TimeZoneInfo.Local; // UTC where the machine does not say.
        return TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone)
            ? zone
            : throw new SettingsException(
                $"--time-zone {Words.Quote(TimeZone)} is unknown. Give an IANA name such as Europe/Berlin, "
                + $"or leave it out for {TimeZoneInfo.Local.Id}.");
    }
}

/// <summary>The settings as the import uses them.</summary>
public sealed record Choices(string User, TimeZoneInfo Zone, UnitSystem Unit);

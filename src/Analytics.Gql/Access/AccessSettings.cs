// Who may come in. Until access control exists the server is open, and therefore starts in Development only.
namespace Analytics.Gql.Access;

public static class AccessSettings
{
    public const string ModeKey = "Analytics:Auth:Mode";

    /// <exception cref="SettingsException">The server would be open outside Development, or the mode is unknown.</exception>
    public static void Check(IConfiguration settings, IHostEnvironment environment)
    {
        var mode = settings[ModeKey];
        if (!environment.IsDevelopment())
            throw new SettingsException(
                $"The environment is {environment.EnvironmentName}, and this version has no access control: it would let everyone in. "
                + $"Start it with ASPNETCORE_ENVIRONMENT=Development and {ModeKey}=Open, on a network that you trust.");
        if (!string.Equals(mode, "Open", StringComparison.OrdinalIgnoreCase))
            throw new SettingsException(
                $"{ModeKey} is '{mode}'; this version knows only 'Open'. Set {ModeKey.Replace(":", "__", StringComparison.Ordinal)}=Open.");
    }
}

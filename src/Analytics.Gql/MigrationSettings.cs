// What the settings say of migrations: for the commands, and for the health check that compares.
using Analytics.Gql.Jobs;
using Analytics.Store.Migrations;

namespace Analytics.Gql;

internal static class MigrationSettings
{
    /// <summary>A folder of the operator's own definitions; <c>--definitions</c> overrides it.</summary>
    public const string DefinitionsKey = "Analytics:Database:Definitions";

    /// <param name="definitions">What the command line names; null: what the setting does.</param>
    public static MigrationOptions Read(IConfiguration settings, DirectoryInfo? definitions = null)
    {
        var refresh = settings.GetSection(RefreshOptions.Section).Get<RefreshOptions>() ?? new RefreshOptions();
        return new MigrationOptions
        {
            InitialMode = refresh.Mode.ToString(),
            DefinitionsFolder = definitions?.FullName ?? (settings[DefinitionsKey] is { Length: > 0 } folder ? folder : null),
        };
    }
}

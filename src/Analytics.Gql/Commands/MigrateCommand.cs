// analytics-gql migrate: brings the database to this version.
using System.CommandLine;
using System.Diagnostics;
using Analytics.Gql.Jobs;
using Analytics.Store.Migrations;

namespace Analytics.Gql.Commands;

internal static class MigrateCommand
{
    /// <summary>The setting that <c>--definitions</c> overrides.</summary>
    public const string DefinitionsKey = "Analytics:Database:Definitions";

    public static Command Create()
    {
        var definitions = Definitions();
        var command = new Command("migrate", "Brings the database to this version; safe while others do the same and while the app writes.")
        {
            definitions,
        };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            var settings = CommandLine.Settings();
            var options = Options(settings, parsed.GetValue(definitions));
            var started = Stopwatch.GetTimestamp();
            var report = await Migrator.MigrateAsync(AnalyticsServer.MigrateConnectionString(settings), Say, ct, options);
            Console.WriteLine(report.Applied.Count == 0 ? "nothing to do" : $"{report.Applied.Count} applied; {WorkProgress.Took(started)}");
            return CommandLine.Done;

            void Say(string what) => Console.WriteLine($"{WorkProgress.Took(started),8}  {what}");
        }));
        return command;
    }

    internal static Option<DirectoryInfo?> Definitions() => new("--definitions")
    {
        Description = $"A folder laid out as db/definitions whose files stand for those of the same path, or are added; else {DefinitionsKey}.",
    };

    /// <param name="definitions">What the command line names; null: what the setting does.</param>
    internal static MigrationOptions Options(IConfiguration settings, DirectoryInfo? definitions)
    {
        var refresh = settings.GetSection(RefreshOptions.Section).Get<RefreshOptions>() ?? new RefreshOptions();
        return new MigrationOptions
        {
            InitialMode = refresh.Mode.ToString(),
            DefinitionsFolder = definitions?.FullName ?? (settings[DefinitionsKey] is { Length: > 0 } folder ? folder : null),
        };
    }
}

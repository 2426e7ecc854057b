// analytics-gql migrate: brings the database to this version.
using System.CommandLine;
using System.Diagnostics;
using Analytics.Store.Migrations;

namespace Analytics.Gql.Commands;

internal static class MigrateCommand
{
    public static Command Create()
    {
        var definitions = Definitions();
        var command = new Command("migrate", "Brings the database to this version; safe while others do the same and while the app writes.")
        {
            definitions,
        };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            var settings = SettingsSources.Read();
            var options = MigrationSettings.Read(settings, parsed.GetValue(definitions));
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
        Description = $"A folder laid out as db/definitions whose files stand for those of the same path, or are added; else {MigrationSettings.DefinitionsKey}.",
    };
}

// The command line of 'import', and what its help says.
using System.CommandLine;
using Spectre.Console;

namespace Analytics.Demo.Importing;

internal static class ImportCommand
{
    private const string Description = """
        Import one's own workouts from the CSV export of Strong or Hevy, any of their dialects.

        A second import of the same file changes nothing; of a later one, what differs. A set that is gone from a workout in the
        file is deleted; workouts that the file does not have stay. Warm-ups are kept and not counted as work; rest timers and
        notes are no sets. Where clocks go forward, a time that does not exist counts as an hour later; where they go back, the
        first of two equal times is meant. Rows with faults are listed by line and skipped.

        Exit codes: 0 imported, also when rows were skipped; 1 the file holds nothing to import; 2 the file, a setting or the
        database is refused. With 1 and 2 nothing of the file was imported.
        """;

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The .csv file that the app exported, at most 64 MiB." };
        var user = new Option<string>("--user") { Description = "The athlete's name; the same name is the same athlete.", Required = true };
        var zone = new Option<string?>("--time-zone") { Description = "IANA zone of the file's local times; this machine's unless given." };
        var unit = new Option<string>("--unit")
        {
            Description = "kg (and km) or lb (and mi): what numbers mean where the file does not say.",
            DefaultValueFactory = _ => "kg",
        };
        var data = new Option<DirectoryInfo?>("--data")
        {
            Description = $"A folder that keeps the database, also while a demo runs with it; {DemoDatabase.OwnFolder} unless given.",
        };
        var connection = new Option<string?>("--connection")
        {
            Description = "In its place: the connection string of a server of one's own.",
        };
        var command = new Command("import", Description) { file, user, zone, unit, data, connection };
        command.SetAction((parsed, ct) => new ImportHost(Console.Out, Console.Error, AnsiConsole.Console).RunAsync(
            new ImportSettings(
                parsed.GetValue(file)!, parsed.GetValue(user)!, parsed.GetValue(zone), parsed.GetValue(unit)!,
                parsed.GetValue(data)?.FullName, parsed.GetValue(connection)), ct));
        return command;
    }
}

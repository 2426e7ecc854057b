// Hand-written exports, and short ways to read and import them.
using System.Text;
using Analytics.Demo.Importing;
using Analytics.Demo.Importing.Reading;
using Analytics.Demo.Importing.Writing;
using Analytics.Gql.Tests.Fixtures;
using Spectre.Console;

namespace Analytics.Gql.Tests.Demo.Importing;

internal static class Exports
{
    public const string StrongHeader =
        "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE";
    public const string HevyHeader =
        "title,start_time,end_time,description,exercise_title,superset_id,exercise_notes,set_index,set_type,weight_kg,reps,"
        + "distance_km,duration_seconds,rpe";

    public static byte[] Bytes(string file) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Demo", "Importing", file));

    public static string Text(string file) => ExportText.Decode(Bytes(file), file);

    /// <summary>The rows below Strong's header.</summary>
    public static string Strong(params string[] rows) => string.Join('\n', [StrongHeader, .. rows]);

    public static string Hevy(params string[] rows) => string.Join('\n', [HevyHeader, .. rows]);

    public static TrainingHistory Read(string text, string zone = "UTC", UnitSystem unit = UnitSystem.Metric) =>
        new HistoryReader(TimeZoneInfo.FindSystemTimeZoneById(zone), unit).Read(text, "export.csv");

    public static async Task<Written> ImportAsync(TestDatabase database, string text, string user, string zone = "UTC") =>
        await new HistoryWriter(database.DataSource).WriteAsync(Read(text, zone), user, CancellationToken.None);

    /// <summary>The command, with the bytes as its file.</summary>
    public static async Task<CommandResult> RunAsync(byte[] export, Func<ImportSettings, ImportSettings>? change = null)
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.csv");
        try
        {
            await File.WriteAllBytesAsync(file, export);
            using var output = new StringWriter();
            using var errors = new StringWriter();
            var console = AnsiConsole.Create(
                new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Interactive = InteractionSupport.No });
            var settings = new ImportSettings(file, "Ada", "UTC", "kg", null, null);
            var code = await new ImportHost(output, errors, console).RunAsync(change?.Invoke(settings) ?? settings, CancellationToken.None);
            return new CommandResult(code, output.ToString(), errors.ToString().Replace(file, "FILE", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    public static Task<CommandResult> RunAsync(string export, Func<ImportSettings, ImportSettings>? change = null) =>
        RunAsync(Encoding.UTF8.GetBytes(export), change);
}

// analytics-gql doctor: what is wrong with the database, the accounts and the settings, and what mends it. It only reads.
using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Analytics.Gql.Jobs;
using Analytics.Store.Doctor;

namespace Analytics.Gql.Commands;

internal static class DoctorCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // statements are for people too
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the findings as JSON." };
        var list = new Option<bool>("--list") { Description = "Print what is looked at, as Markdown, without a database." };
        var definitions = MigrateCommand.Definitions();
        var command = new Command(
            "doctor",
            "Tells what is missing or wrong, and the statement or command that mends it; changes nothing. Exit code 1: something is.")
        {
            json, list, definitions,
        };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            if (parsed.GetValue(list))
            {
                Console.Write(Table());
                return CommandLine.Done;
            }
            var findings = await DoctorRun.RunAsync(Options(SettingsSources.Read(), parsed.GetValue(definitions)), ct);
            Console.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(new { Checks = DoctorRun.Checks.Count, Findings = findings }, Json)
                : Words(findings));
            return findings.Count == 0 ? CommandLine.Done : CommandLine.Failed;
        }));
        return command;
    }

    internal static DoctorOptions Options(IConfiguration settings, DirectoryInfo? definitions) => new()
    {
        Primary = new ConfiguredConnection(AnalyticsServer.ConnectionKey, AnalyticsServer.ConnectionString(settings)),
        Reads = Optional(settings, AnalyticsServer.ReadConnectionKey),
        Migrate = Optional(settings, AnalyticsServer.MigrateConnectionKey),
        Migrations = MigrationSettings.Read(settings, definitions),
        MaxStaged = (settings.GetSection(RefreshOptions.Section).Get<RefreshOptions>() ?? new RefreshOptions()).MaxStaged,
    };

    private static ConfiguredConnection? Optional(IConfiguration settings, string key) =>
        settings[key] is { Length: > 0 } connection ? new ConfiguredConnection(key, connection) : null;

    private static string Words(IReadOnlyList<Finding> findings)
    {
        var text = new StringBuilder();
        foreach (var finding in findings)
        {
            text.Append(finding.Severity == Severity.Error ? "error    " : "warning  ").Append(finding.Id).Append('\n');
            text.Append("         ").Append(finding.Found).Append('\n');
            foreach (var remedy in finding.Remedies)
                text.Append("         ").Append(Line(remedy)).Append('\n');
            text.Append('\n');
        }
        return text.Append($"{DoctorRun.Checks.Count} checks, {findings.Count} findings").ToString();
    }

    private static string Line(Remedy remedy) => remedy.Kind switch
    {
        RemedyKind.Sql => $"sql> {remedy.Text};",
        RemedyKind.Command => $"$ {remedy.Text}",
        _ => $"- {remedy.Text}",
    };

    /// <summary>The list of checks as docs/doctor.md has it.</summary>
    internal static string Table()
    {
        var text = new StringBuilder("| id | severity | what is wrong | what mends it |\n|---|---|---|---|\n");
        foreach (var check in DoctorRun.Checks)
        {
            var isCode = check.Mends.Contains('…', StringComparison.Ordinal)
                || check.Mends.StartsWith("analytics-gql", StringComparison.Ordinal);
            var mends = isCode ? $"`{check.Mends}`" : check.Mends;
            text.Append($"| `{check.Id}` | {check.Severity.ToString().ToLowerInvariant()} | {check.LooksFor} | {mends} |\n");
        }
        return text.ToString();
    }
}

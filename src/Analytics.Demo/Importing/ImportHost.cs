// One's own workouts, from a file to the aggregates:
// settings ⇒ file read whole ⇒ database ⇒ written, all or nothing ⇒ aggregates refreshed ⇒ report
//
// Nothing is started or changed before the file is known to hold workouts.
using System.Diagnostics;
using System.Globalization;
using Analytics.Demo.Importing.Reading;
using Analytics.Demo.Importing.Writing;
using Analytics.Gql;
using Analytics.Gql.Commands;
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;
using Npgsql;
using Spectre.Console;

namespace Analytics.Demo.Importing;

/// <summary>The command <c>import</c>.</summary>
/// <param name="console">For progress.</param>
public sealed class ImportHost(TextWriter output, TextWriter errors, IAnsiConsole console)
{
    public const int Imported = 0;
    public const int NothingToImport = 1;
    public const int Refused = 2;

    /// <summary>As shells count a program that Ctrl-C ended.</summary>
    private const int Interrupted = 130;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(ImportSettings settings, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(settings);
        try
        {
            return await ImportAsync(settings, settings.Checked(), ct);
        }
        catch (Exception e) when (e is ImportRefusedException or SettingsException or LocalClusterException or MigrationException)
        {
            await errors.WriteLineAsync(e.Message);
            return Refused;
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException && !ct.IsCancellationRequested)
        {
            // ArgumentException: Npgsql's, for a connection string that it cannot read.
            await errors.WriteLineAsync($"The database refused: {e.Message} Correct that and import the file again.");
            return Refused;
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            await errors.WriteLineAsync("Interrupted. What was not committed is undone; importing the file again completes it.");
            return Interrupted;
        }
    }

    private async Task<int> ImportAsync(ImportSettings settings, Choices choices, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var text = await ExportText.ReadAsync(settings.File, ct);
        var history = await WorkProgress.ShowAsync(console, progress => Task.FromResult(Read(text, settings.File, choices, progress)));
        await SayAsync(ImportReport.Of(history, choices));
        if (history.Sets == 0)
        {
            await errors.WriteLineAsync($"{settings.File} holds no set that can be imported; nothing was changed.");
            return NothingToImport;
        }
        await using var target = await ImportTarget.OpenAsync(settings, output.WriteLine, ct);
        await using var database = NpgsqlDataSource.Create(target.Connection);
        var written = await WorkProgress.ShowAsync(console, async progress =>
        {
            var rows = await new HistoryWriter(database).WriteAsync(
                history, choices.User, ct, sets => progress.Report(Writing(sets, history.Sets)));
            await RefreshAsync(database, target, rows, progress, ct);
            return rows;
        });
        await SayAsync(ImportReport.Of(written, choices.User));
        await SayAsync([$"{WorkProgress.Took(started)} in all"]);
        await SayAsync(ImportReport.HowToSee(target, written.User, history));
        return Imported;
    }

    private static TrainingHistory Read(string text, string file, Choices choices, IProgress<WorkStep> progress)
    {
        var lines = text.AsSpan().Count('\n') - 1; // The header's; notes over several lines make it a guess.
        return new HistoryReader(choices.Zone, choices.Unit).Read(text, file, rows => progress.Report(
            new WorkStep("Reading", Text($"Reading: {rows:N0} rows"), rows, lines)));
    }

    private static WorkStep Writing(int sets, int of) =>
        new("Writing", Text($"Writing: {sets:N0} of {of:N0} sets"), sets, of);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Until nothing is staged, so that the next start shows everything at once. Where a server drains already, it
    /// goes on.</summary>
    private static async Task RefreshAsync(
        NpgsqlDataSource database, ImportTarget target, Written written, IProgress<WorkStep> progress, CancellationToken ct)
    {
        const string phase = "Refreshing the aggregates";
        progress.Report(new WorkStep(phase, phase, 0, 1));
        // With nobody else there, and most of what there is being new, the matviews at once are the shorter way.
        if (target.Cluster is { IsJoined: false } && written.Rows >= HistoryWriter.ManyRows)
            await new FullRefresh(target.Connection).RunAsync(ct);
        await new Drain(database).RunUntilEmptyAsync(ct);
        progress.Report(new WorkStep(phase, $"{phase}: done", 1, 1));
    }

    private async Task SayAsync(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            await output.WriteLineAsync(line);
    }
}

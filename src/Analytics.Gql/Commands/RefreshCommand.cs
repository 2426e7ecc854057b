// analytics-gql refresh: drains what is staged, or refreshes every materialized view.
using System.CommandLine;
using System.Diagnostics;
using Analytics.Store;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Commands;

internal static class RefreshCommand
{
    public static Command Create()
    {
        var full = new Option<bool>("--full") { Description = "Refresh every materialized view instead of draining what is staged." };
        var command = new Command("refresh", "Drains what is staged, now.") { full };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(() =>
        {
            var connection = AnalyticsServer.ConnectionString(SettingsSources.Read());
            return parsed.GetValue(full) ? RefreshAsync(connection, ct) : DrainAsync(connection, ct);
        }));
        return command;
    }

    private static async Task<int> RefreshAsync(string connection, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await WorkProgress.ShowAsync(step => new FullRefresh(connection).RunAsync(ct, step));
        Console.WriteLine(!result.Ran ? "not run: another full refresh is running, or the mode is Live"
            : result.Succeeded ? $"refreshed; {result.StagedChanges:N0} staged changes cleared; {WorkProgress.Took(started)}"
            : $"failed: {string.Join("; ", result.Errors)}");
        return result.Succeeded ? CommandLine.Done : CommandLine.Failed;
    }

    private static async Task<int> DrainAsync(string connection, CancellationToken ct)
    {
        await using var primary = DataSources.Primary(connection);
        var started = Stopwatch.GetTimestamp();
        var drained = await WorkProgress.ShowAsync(step => new Drain(primary).RunUntilEmptyAsync(ct, step));
        Console.WriteLine(drained.Ran
            ? $"drained {drained.StagedChanges:N0} staged changes into {drained.Keys:N0} rows; {WorkProgress.Took(started)}"
            : "not run: another node is draining, or the mode is not Incremental");
        return drained.Ran ? CommandLine.Done : CommandLine.Failed;
    }
}

// analytics-gql verify: whether what readers read is what the base tables say.
using System.CommandLine;
using System.Diagnostics;
using Analytics.Store;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Commands;

internal static class VerifyCommand
{
    public static Command Create()
    {
        var sample = new Option<int?>("--sample") { Description = "Look at this many users, at random, instead of at everyone." };
        sample.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int?>() is < 1)
                given.AddError("--sample must be at least 1. Leave it out to look at everyone.");
        });
        var repair = new Option<bool>("--repair") { Description = "Stage what differs, so that the next drains recompute it." };
        var command = new Command(
            "verify", "Compares what readers read with the base tables, both ways. Exit code 1: they differ, or changes are not staged.")
        {
            sample, repair,
        };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(
            () => RunAsync(parsed.GetValue(sample), parsed.GetValue(repair), ct)));
        return command;
    }

    private static async Task<int> RunAsync(int? sample, bool repair, CancellationToken ct)
    {
        await using var primary = DataSources.Primary(AnalyticsServer.ConnectionString(SettingsSources.Read()));
        var faults = await StagingTriggers.FaultsAsync(primary, ct);
        foreach (var fault in faults)
            Console.WriteLine(fault);
        var started = Stopwatch.GetTimestamp();
        var drifts = await WorkProgress.ShowAsync(step => new Verification(primary).RunAsync(ct, sample, repair, step));
        foreach (var drift in drifts)
            Console.WriteLine(
                $"{drift.Aggregate}: {drift.Rows} rows differ; {drift.PendingUsers} users have changes pending"
                + (drift.Examples.Count == 0 ? "" : $"; such as {string.Join(", ", drift.Examples)}"));
        Console.WriteLine($"{(sample is { } users ? $"{users} users" : "everything")} compared; {WorkProgress.Took(started)}");
        var drifted = drifts.SelectMany(d => d.Users).Distinct().Count();
        if (drifted > 0)
            Console.WriteLine(repair
                ? $"{drifted} users staged: the next drains recompute them"
                : $"{drifted} users differ: 'verify --repair' stages them");
        return drifted == 0 && faults.Count == 0 ? CommandLine.Done : CommandLine.Failed;
    }
}

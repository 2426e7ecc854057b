// Bad nights: what can happen to servers and databases happens under load, one after the other, and is counted.
//
// happens ⇒ mended ⇒ every node answers both kinds of read as of now ⇒ counted … ⇒ writers stop ⇒ nothing pending ⇒
//   core against what the writers noted, each aggregate against the base tables
using System.CommandLine;
using System.Diagnostics;
using Analytics.Gql.Bench.Measuring;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Bench.Nights;

internal static class NightsSection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(3);

    public static Command Command()
    {
        var old = new Option<FileInfo?>("--old")
        {
            Description = "analytics-gql.dll of an earlier version: the night begins with a rolling upgrade from it.",
        };
        var spoilt = new Option<bool>("--spoilt")
        {
            Description = "Answers of replicas do not look at the heartbeat: shows that wrong ones are noticed.",
        };
        var output = new Option<FileInfo?>("--output") { Description = "Writes the figures to this file too." };
        var command = new Command(
            "nights", "Kills, cuts, stalls, promotes and restarts servers and databases under load. Exit code 1: something was wrong.")
        {
            old, spoilt, output,
        };
        command.SetAction((parsed, ct) => RunAsync(
            parsed.GetValue(old)?.FullName, parsed.GetValue(spoilt), parsed.GetValue(output), ct));
        return command;
    }

    private static async Task<int> RunAsync(string? old, bool spoilt, FileInfo? output, CancellationToken ct)
    {
        var report = new Report(Console.Out);
        var tally = new NightTally();
        await new Progress().ShowAsync("nights", async log =>
        {
            await using var rig = await NightRig.StartAsync(old, tally, log, ct);
            if (spoilt) await rig.SpoilAsync(ct);
            await RunAsync(rig, tally, old is not null, log, ct);
        });
        report.Section("Nights",
            "Three nodes behind a proxy that sends requests to whoever is ready, a primary and two streaming replicas, "
            + "four writers and six readers, an eighth of whose reads are FRESH. Counted from the beginning of what happens "
            + "until, after it is over, every node answers both kinds of read as of the last 4 seconds; that wait is "
            + "'recovered'. A wrong answer lacks a change that was committed before its asOf, or has one that never was; a "
            + $"commit answers when one replica has it. {Setting.Machine}.");
        tally.Print(report);
        report.Summary();
        if (output is not null) await report.SaveAsync(output, ct);
        return report.Missed.Count == 0 ? 0 : 1;
    }

    private static async Task RunAsync(NightRig rig, NightTally tally, bool upgrade, Action<string> log, CancellationToken ct)
    {
        var (nodes, databases) = (new NodeTrials(rig), new DatabaseTrials(rig));
        (string Name, bool MayFail, Func<CancellationToken, Task> Happens)[] trials =
        [
            ("rolling upgrade from the version before", false, upgrade ? nodes.UpgradeAsync : _ => Task.CompletedTask),
            ("nothing, for ten seconds", false, c => Task.Delay(TimeSpan.FromSeconds(10), c)),
            ("a replica is killed, and back after 6 s", false, databases.KillReplicaAsync),
            ("both replicas' replay is paused for 12 s", false, databases.PauseReplayAsync),
            ("a replica's connections are cut for 6 s", false, databases.CutReplicaAsync),
            ("the primary's connections are cut for 6 s", false, databases.CutPrimaryAsync),
            ("a replica is stalled for 6 s", false, databases.StallReplicaAsync),
            ("core.sessions is locked for 6 s", false, databases.StallQueriesAsync),
            ("300 readers at pools of 10 for 6 s", false, databases.FillPoolAsync),
            ("each node is killed in a drain", true, nodes.KillInDrainAsync),
            ("the nodes are restarted one by one", false, nodes.RestartAllAsync),
            ("the primary is killed, a replica promoted after 2 s", false, databases.KillPrimaryAndPromoteAsync),
        ];
        foreach (var (name, mayFail, happens) in trials.Where(t => upgrade || t.Happens != trials[0].Happens))
        {
            await CurrentAsync(rig, ct);
            tally.Begin();
            await happens(ct);
            var over = Stopwatch.GetTimestamp();
            await CurrentAsync(rig, ct);
            tally.End(name, Stopwatch.GetElapsedTime(over), mayFail);
            log($"{name}: {tally.Trials[^1]}");
            await Task.Delay(Calm, ct);
        }
        await rig.StopWorkAsync();
        await CompareAsync(rig, tally, ct);
    }

    /// <summary>Returns once every node answers both kinds of read as of now.</summary>
    private static async Task CurrentAsync(NightRig rig, CancellationToken ct)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        var deadline = DateTime.UtcNow + Patience;
        foreach (var node in rig.All)
            foreach (var fresh in (bool[])[false, true])
                while (await NightReader.AskAsync(http, new Uri(node.Address, "graphql"), rig.Users[0], fresh, ct) is not (null, null, true))
                {
                    if (DateTime.UtcNow > deadline)
                        throw new TimeoutException($"{node.Address} does not answer as of now {Patience} after what happened was over.");
                    await Task.Delay(TimeSpan.FromMilliseconds(50), ct);
                }
    }

    private static async Task CompareAsync(NightRig rig, NightTally tally, CancellationToken ct)
    {
        foreach (var user in rig.Users)
            if (await user.CountAsync(ct) is var found && found != user.Committed)
                tally.Wrong($"core has {found} sessions of {user.User}; {user.Committed} were committed");
        var deadline = DateTime.UtcNow + Patience;
        while (await rig.AskAsync<bool>(rig.Cluster.Primary, "select exists (select from analytics.staging_changes)", ct))
        {
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"The queue did not run empty within {Patience}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), ct);
        }
        await using var primary = rig.At(rig.Cluster.Primary);
        foreach (var drift in await new Verification(primary).RunAsync(ct))
            if (drift.Rows + drift.PendingUsers > 0)
                tally.Wrong($"{drift.Aggregate}: {drift.Rows} rows drifted: {string.Join(", ", drift.Examples)}");
    }
}

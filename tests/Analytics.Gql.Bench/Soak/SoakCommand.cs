// The command soak: how long, with how much data, and where its figures go.
using System.CommandLine;
using Analytics.Gql.Bench.Commands;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;

namespace Analytics.Gql.Bench.Soak;

internal static class SoakCommand
{
    private const int DefaultSessions = 50_000;
    private const int LongestMinutes = 7 * 24 * 60;

    private static readonly Option<int> Minutes = new("--minutes")
    {
        Description = "How long the load lasts; less than 30: whether it works, not whether anything grows.",
        DefaultValueFactory = _ => 60,
    };
    private static readonly Option<int> Sessions = BenchCommands.SessionsOption(DefaultSessions);

    public static Command Create()
    {
        Minutes.Validators.Add(given =>
        {
            if (given.GetValue(Minutes) is var minutes and (< 1 or > LongestMinutes))
                given.AddError($"--minutes {minutes}: not a number from 1 to {LongestMinutes}. Write such as --minutes 60.");
        });
        var command = new Command(
            "soak", "Steady mixed load with live writes, in a cluster of its own: nothing may grow, fail or be dishonest. "
                + "SIGHUP ends it earlier.")
        {
            Minutes, Sessions, BenchCommands.Seed, BenchCommands.Output,
        };
        command.SetAction((parsed, ct) => BenchRun.GuardAsync(() => RunAsync(
            TimeSpan.FromMinutes(parsed.GetValue(Minutes)), BenchSize.WithUsers(UsersOf(parsed.GetValue(Sessions))),
            parsed.GetValue(BenchCommands.Seed), parsed.GetValue(BenchCommands.Output), ct)));
        return command;
    }

    private static int UsersOf(int sessions) => new BenchSize(sessions).Users is var users and >= SoakPeople.Fewest
        ? users
        : throw new ArgumentException(
            $"--sessions {sessions}: at least {BenchSize.WithUsers(SoakPeople.Fewest).Sessions}, or there are not enough "
            + "users. Ask for more.");

    private static async Task<int> RunAsync(
        TimeSpan duration, BenchSize size, int seed, FileInfo? output, CancellationToken ct)
    {
        var report = new Report(Console.Out);
        await new Progress().ShowAsync("soak", async log =>
        {
            await using var rig = await SoakRig.StartAsync(size, log, ct);
            using var soak = new SoakSection(rig, duration, seed, log);
            await soak.RunAsync(ct);
            await using var connection = await rig.Primary.OpenConnectionAsync(ct);
            var setting = FormattableString.Invariant($"{size.Sessions:N0} sessions; PostgreSQL {connection.ServerVersion}, fsync on; ");
            SoakReport.Print(soak, $"{setting}seed {seed}; {Setting.Machine}.", report);
        });
        report.Summary();
        if (output is not null)
            await report.SaveAsync(output, ct);
        return report.Missed.Count == 0 ? BenchRun.Done : BenchRun.TargetMissed;
    }
}

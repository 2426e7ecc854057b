// The command 'peers': what is asked, how long, and where the figures go.
using System.CommandLine;
using Analytics.Gql.Bench.Commands;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Peers.Contenders;
using Analytics.Gql.Bench.Peers.Load;
using Analytics.LocalPostgres;
using Npgsql;

namespace Analytics.Gql.Bench.Peers;

internal static class PeersCommand
{
    private static readonly Option<int> Rounds = new("--rounds")
    {
        Description = "How often each contender has a turn at each query.",
        DefaultValueFactory = _ => 3,
    };
    private static readonly Option<int> Seconds = new("--seconds")
    {
        Description = "How long a turn is.",
        DefaultValueFactory = _ => 3,
    };
    private static readonly Option<int[]> Connections = BenchCommands.Numbers(
        "--connections", [8, 64], most: 1_000, "Clients at once; several with commas, one after the other.");

    private static readonly Option<int> Pool = new("--pool")
    {
        Description = "Connections of each contender to PostgreSQL; by default two for each core.",
        DefaultValueFactory = _ => 2 * Environment.ProcessorCount,
    };
    private static readonly Option<string[]> Only = new("--only")
    {
        Description = "Contenders by the beginnings of their names, such as --only limit ours; otherwise all.",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<string[]> Queries = new("--queries")
    {
        Description = "Queries by the beginnings of their names, such as --queries \"12 weeks\"; otherwise all.",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<DirectoryInfo?> Output = new("--output")
    {
        Description = "Folder for the tables and the plot; otherwise docs/benchmark.",
    };
    private static readonly Option<bool> Quick = new("--quick")
    {
        Description = "One short round of everything on the smallest data, to see that it works; the figures say nothing.",
    };

    public static Command Create()
    {
        var command = new Command("peers",
            "Compares the server with hand-written code, Mercurius, PostGraphile and pgbench. Exit code 1: a target was missed.")
        {
            BenchCommands.Sessions, BenchCommands.Folder, Rounds, Seconds, Connections, Pool, Only, Queries, Output, Quick,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        try
        {
            return await MeasureAsync(parsed, ct);
        }
        catch (Exception e) when (e is ArgumentException or LocalClusterException or NpgsqlException or MissingToolException
            or AnswerDiffersException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return BenchRun.Unusable;
        }
    }

    private static async Task<int> MeasureAsync(ParseResult parsed, CancellationToken ct)
    {
        var quick = parsed.GetValue(Quick);
        var sessions = quick ? BenchSize.FewestSessions : parsed.GetValue(BenchCommands.Sessions);
        var (pool, only, queries) = (parsed.GetValue(Pool), parsed.GetValue(Only)!, parsed.GetValue(Queries)!);
        var settings = quick
            ? new PeersSettings(
                Rounds: 1, Duration: TimeSpan.FromSeconds(1), WarmUp: TimeSpan.FromSeconds(1), Connections: [8], pool,
                Different: 40, only, queries, Judged: false)
            : new PeersSettings(
                parsed.GetValue(Rounds), TimeSpan.FromSeconds(parsed.GetValue(Seconds)), WarmUp: TimeSpan.FromSeconds(5),
                parsed.GetValue(Connections)!, pool, Different: 200, only, queries, Judged: true);
        ContenderSet.Require(only);
        var folder = parsed.GetValue(Output)?.FullName ?? (quick
            ? Directory.CreateTempSubdirectory("peers").FullName
            : Path.Combine(PeerFiles.Repository, "docs", "benchmark"));
        Directory.CreateDirectory(folder);

        var progress = new Progress();
        var report = new Report(Console.Out);
        await using var database = await progress.ShowAsync("database", log => BenchDatabase.OpenAsync(
            new DatabaseSettings(sessions, parsed.GetValue(BenchCommands.Folder), null), log, ct));
        var name = Path.Combine(folder, $"peers-{database.Size.Sessions}");
        report.Section("Setting", await Setting.DescribeAsync(database, ct));
        await PeersSection.RunAsync(database, settings, new FileInfo($"{name}.svg"), report, progress, ct);
        if (settings.Judged)
            report.Summary();
        await report.SaveAsync(new FileInfo($"{name}.md"), ct);
        await Console.Error.WriteLineAsync($"written to {name}.md and {name}.svg");
        return report.Missed.Count == 0 ? BenchRun.Done : BenchRun.TargetMissed;
    }
}

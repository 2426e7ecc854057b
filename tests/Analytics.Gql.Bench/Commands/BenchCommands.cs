// What the bench is asked: which sections, how much data, where.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Analytics.Gql.Bench.Differential;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Nights;
using Analytics.Gql.Bench.Peers;
using Analytics.Gql.Bench.Peers.Contenders;
using Analytics.Gql.Bench.Serving;
using Analytics.Gql.Bench.Soak;

namespace Analytics.Gql.Bench.Commands;

public static class BenchCommands
{
    private const int MostRate = 100_000;

    internal static readonly Option<int> Sessions = SessionsOption(1_000_000);
    internal static readonly Option<string?> Folder = new("--data")
    {
        Description = "Keeps the private cluster in this folder and uses it again; otherwise it is thrown away.",
    };
    private static readonly Option<string?> Connection = new("--connection")
    {
        Description = "Instead of a private cluster: an Npgsql connection string to an empty database, or one that the bench loaded.",
    };
    internal static readonly Option<FileInfo?> Output = new("--output")
    {
        Description = "Writes the figures to this file too.",
    };
    private static readonly Option<int> Seconds = new("--seconds")
    {
        Description = "How long each query is asked, and how long writes arrive.",
        DefaultValueFactory = _ => 20,
    };
    private static readonly Option<int[]> Rates = Numbers(
        "--rate", [10, 100, 200, 1000], MostRate,
        "Writes a second that arrive while latency is measured; several with commas, one after the other.");
    private static readonly Option<int> Kills = new("--kills")
    {
        Description = "How often the crashes kill the server, PostgreSQL or both.",
        DefaultValueFactory = _ => 200,
    };

    private static readonly Option<long> Operations = new("--operations")
    {
        Description = "Operations of all writers together.",
        DefaultValueFactory = _ => 1_000_000,
    };
    internal static readonly Option<int> Seed = new("--seed")
    {
        Description = "Decides on every operation; which of them meet, the machine does.",
        DefaultValueFactory = _ => 1,
    };
    private static readonly Option<int?> Writers = new("--writers")
    {
        Description = "Writers at once; otherwise 1 to 8, another number each round.",
    };

    public static RootCommand Create(string[] args)
    {
        return new RootCommand("Measures Analytics.Gql against its targets. Exit code 1: one was missed; 2: it could not run.")
        {
            Section("load", BenchSections.None, "Fills an empty database, migrates and refreshes it."),
            Section("reads", BenchSections.Reads,
                "Times queries over HTTP: quiet, with a delta, while drains and while full refreshes run."),
            Section("beside", BenchSections.Beside,
                "Times small queries while others ask for teams' boards, with places for large reads and without."),
            Section("drains", BenchSections.Drains, "Times drains of 1, 100 and 1,000 changed sessions, and a full refresh."),
            Section("latency", BenchSections.Latency,
                "Times how long a committed write takes to show in an answer, at several rates of writes."),
            Section("freshness", BenchSections.Freshness,
                "Times the freshness of 50 users with an empty queue and with 100,000 staged changes."),
            Section("overhead", BenchSections.Overhead,
                "Compares the app's durable transactions with the staging triggers on and off."),
            Section("backlog", BenchSections.Backlog,
                "Works off a bulk load of a million sets, by drains alone and as the defaults decide."),
            Section("subscriptions", BenchSections.Subscriptions,
                "Opens 10,000 subscriptions, and times an event until each of a user's 1,000 has it."),
            Section("crashes", BenchSections.Crashes,
                "Kills server and PostgreSQL again and again, in a small cluster of its own, and looks for what is lost."),
            Section("all", BenchSections.All, "Every section, one after the other."),
            PeersCommand.Create(),
            Differential(),
            NightsSection.Command(),
            SoakCommand.Create(),
            ServerChild.Command(args),
            ContenderSet.LimitCommand(),
        };
    }

    private static Command Differential()
    {
        var command = new Command(
            "differential", "Random work, compared with a recomputation whenever it is quiet. Exit code 1: something differed.")
        {
            Operations, Seed, Writers,
        };
        command.SetAction((parsed, ct) => DifferentialSection.RunAsync(
            new DifferentialRequest(parsed.GetValue(Operations), parsed.GetValue(Seed), parsed.GetValue(Writers)), ct));
        return command;
    }

    private static Command Section(string name, BenchSections sections, string description)
    {
        var command = new Command(name, description) { Sessions, Folder, Connection, Output, Seconds, Rates, Kills };
        command.SetAction((parsed, ct) => BenchRun.RunAsync(
            new BenchSettings(
                new DatabaseSettings(parsed.GetValue(Sessions), parsed.GetValue(Folder), parsed.GetValue(Connection)),
                sections, TimeSpan.FromSeconds(parsed.GetValue(Seconds)), parsed.GetValue(Rates)!, parsed.GetValue(Kills),
                parsed.GetValue(Output)),
            ct));
        return command;
    }

    /// <summary>How much data, where so many sessions are usual.</summary>
    internal static Option<int> SessionsOption(int otherwise) => new("--sessions", "--size")
    {
        Description = "Sessions to load, with ten sets each: a number, or such as 100k or 1m.",
        DefaultValueFactory = _ => otherwise,
        CustomParser = ParseSessions,
    };

    /// <summary>An option of several numbers, from 1 up.</summary>
    internal static Option<int[]> Numbers(string name, int[] otherwise, int most, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => otherwise,
        CustomParser = given =>
        {
            var numbers = new List<int>();
            foreach (var text in given.Tokens.SelectMany(t => t.Value.Split(',')))
                if (int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most)
                    numbers.Add(number);
                else
                    given.AddError($"{name} {text}: not a number from 1 to {most}. Write such as {name} {string.Join(',', otherwise)}.");
            return [.. numbers];
        },
    };

    private static int ParseSessions(ArgumentResult given)
    {
        var text = given.Tokens.Single().Value;
        var (digits, times) = char.ToLowerInvariant(text[^1]) switch
        {
            'k' => (text[..^1], 1_000),
            'm' => (text[..^1], 1_000_000),
            _ => (text, 1),
        };
        if (int.TryParse(digits, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 100_000_000
            && (long)number * times is > 0 and <= 100_000_000)
            return number * times;
        given.AddError($"--sessions {text}: not a number of sessions. Write such as --sessions 250000, 100k or 1m.");
        return 0;
    }
}

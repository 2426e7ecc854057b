// What the bench is asked: which sections, how much data, where.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Analytics.Gql.Bench.Differential;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Nights;
using Analytics.Gql.Bench.Serving;

namespace Analytics.Gql.Bench.Commands;

public static class BenchCommands
{
    private const int MostRate = 100_000;

    private static readonly Option<int> Sessions = new("--sessions")
    {
        Description = "Sessions to load, with ten sets each.",
        DefaultValueFactory = _ => 1_000_000,
    };
    private static readonly Option<string?> Folder = new("--data")
    {
        Description = "Keeps the private cluster in this folder and uses it again; otherwise it is thrown away.",
    };
    private static readonly Option<string?> Connection = new("--connection")
    {
        Description = "Instead of a private cluster: an Npgsql connection string to an empty database, or one that the bench loaded.",
    };
    private static readonly Option<FileInfo?> Output = new("--output")
    {
        Description = "Writes the figures to this file too.",
    };
    private static readonly Option<int> Seconds = new("--seconds")
    {
        Description = "How long each query is asked, and how long writes arrive.",
        DefaultValueFactory = _ => 20,
    };
    private static readonly Option<int[]> Rates = new("--rate")
    {
        Description = "Writes a second that arrive while latency is measured; several with commas, one after the other.",
        DefaultValueFactory = _ => [10, 100, 200, 1000],
        CustomParser = ParseRates,
    };
    private static readonly Option<int> Kills = new("--kills")
    {
        Description = "How often the soak kills the server, PostgreSQL or both.",
        DefaultValueFactory = _ => 200,
    };

    private static readonly Option<long> Operations = new("--operations")
    {
        Description = "Operations of all writers together.",
        DefaultValueFactory = _ => 1_000_000,
    };
    private static readonly Option<int> Seed = new("--seed")
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
            Section("drains", BenchSections.Drains, "Times drains of 1, 100 and 1,000 changed sessions, and a full refresh."),
            Section("latency", BenchSections.Latency,
                "Times how long a committed write takes to show in an answer, at several rates of writes."),
            Section("freshness", BenchSections.Freshness,
                "Times the freshness of 50 users with an empty queue and with 100,000 staged changes."),
            Section("overhead", BenchSections.Overhead,
                "Compares the app's durable transactions with the staging triggers on and off."),
            Section("backlog", BenchSections.Backlog,
                "Works off a bulk load of a million sets, by drains alone and by the full refresh that takes over."),
            Section("subscriptions", BenchSections.Subscriptions,
                "Opens 10,000 subscriptions, and times an event until each of a user's 1,000 has it."),
            Section("soak", BenchSections.Soak,
                "Kills server and PostgreSQL again and again, in a small cluster of its own, and looks for what is lost."),
            Section("all", BenchSections.All, "Every section, one after the other."),
            Differential(),
            NightsSection.Command(),
            ServerChild.Command(args),
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

    private static int[] ParseRates(ArgumentResult given)
    {
        var rates = new List<int>();
        foreach (var text in given.Tokens.SelectMany(t => t.Value.Split(',')))
            if (int.TryParse(text, CultureInfo.InvariantCulture, out var rate) && rate is >= 1 and <= MostRate)
                rates.Add(rate);
            else
                given.AddError($"--rate {text}: not a number from 1 to {MostRate}. Write such as --rate 10,200,1000.");
        return [.. rates];
    }
}

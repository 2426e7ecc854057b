// What the bench is asked: which sections, how much data, where.
using System.CommandLine;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Serving;

namespace Analytics.Gql.Bench.Commands;

public static class BenchCommands
{
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
        Description = "An Npgsql connection string to an empty database, or one that the bench loaded, instead of a private cluster.",
    };
    private static readonly Option<FileInfo?> Output = new("--output") { Description = "Writes the figures to this file too." };
    private static readonly Option<int> Seconds = new("--seconds")
    {
        Description = "How long each query is asked, and how long writes arrive.",
        DefaultValueFactory = _ => 20,
    };
    private static readonly Option<int> Rate = new("--rate")
    {
        Description = "Writes a second that arrive while latency is measured.",
        DefaultValueFactory = _ => 100,
    };

    public static RootCommand Create(string[] args)
    {
        var root = new RootCommand("Measures Analytics.Gql and holds each figure against its target. Exit code 1: one was missed.")
        {
            Section("load", "Fills an empty database: sessions and ten sets each over 104 weeks; migrates and refreshes it.", BenchSections.None),
            Section("reads", "Times queries over HTTP: quiet, with a delta, and while full refreshes run.", BenchSections.Reads),
            Section("drains", "Times drains of 1, 100 and 1,000 changed sessions, and a full refresh.", BenchSections.Drains),
            Section("latency", "Times how long a committed write takes to show in an answer.", BenchSections.Latency),
            Section("all", "Every section, one after the other.", BenchSections.All),
            ServerChild.Command(args),
        };
        return root;
    }

    private static Command Section(string name, string description, BenchSections sections)
    {
        var command = new Command(name, description) { Sessions, Folder, Connection, Output, Seconds, Rate };
        command.SetAction((parsed, ct) => BenchRun.RunAsync(
            new BenchSettings(
                new DatabaseSettings(parsed.GetValue(Sessions), parsed.GetValue(Folder), parsed.GetValue(Connection)),
                sections, TimeSpan.FromSeconds(parsed.GetValue(Seconds)), parsed.GetValue(Rate), parsed.GetValue(Output)), ct));
        return command;
    }
}

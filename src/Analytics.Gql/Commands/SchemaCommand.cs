// schema export, schema documents: what build tools need of the contract. Neither needs a database.
using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Documents;
using GraphQL.Types;

namespace Analytics.Gql.Commands;

internal static class SchemaCommand
{
    private static readonly JsonSerializerOptions _json =
        new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create() => new("schema", "The GraphQL schema and its trusted documents.")
    {
        Export(),
        Printing("documents", "Writes the trusted documents as JSON: id to operation names and text.", (services, _) =>
            Manifest(services.GetRequiredService<TrustedDocuments>())),
    };

    // Whatever the setting of a server, so that a build can compose before there is one.
    private static Command Export()
    {
        var federation = new Option<bool>("--federation")
        {
            Description = "As a subgraph of Apollo Federation 2, for composition.",
        };
        var command = Printing("export", "Writes the GraphQL schema as SDL.", (services, parsed) =>
        {
            var schema = services.GetRequiredService<ISchema>();
            return parsed.GetValue(federation)
                ? SchemaPrinter.PrintSubgraph(schema, [.. services.GetRequiredService<EngineOptions>().Entities])
                : SchemaPrinter.Print(schema);
        });
        command.Options.Add(federation);
        return command;
    }

    private static string Manifest(TrustedDocuments documents) => JsonSerializer.Serialize(
        documents.All.ToDictionary(document => document.Id, document => new { document.Operations, document.Text }),
        _json) + "\n";

    private static Command Printing(string name, string description, Func<IServiceProvider, ParseResult, string> print)
    {
        var output = new Option<FileInfo?>("--output") { Description = "A file; standard output unless given." };
        var command = new Command(name, description) { output };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            await using var services = new ServiceCollection().AddLogging()
                .AddSingleton(SettingsSources.Read()).AddAnalyticsSchema().BuildServiceProvider();
            var text = print(services, parsed);
            if (parsed.GetValue(output) is { } file)
                await File.WriteAllTextAsync(file.FullName, text, ct);
            else
                Console.Write(text);
            return CommandLine.Done;
        }));
        return command;
    }
}

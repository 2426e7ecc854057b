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
        Printing("export", "Writes the GraphQL schema as SDL.", services =>
            SchemaPrinter.Print(services.GetRequiredService<ISchema>())),
        Printing("documents", "Writes the trusted documents as JSON: id to operation names and text.", services =>
            Manifest(services.GetRequiredService<TrustedDocuments>())),
    };

    private static string Manifest(TrustedDocuments documents) => JsonSerializer.Serialize(
        documents.All.ToDictionary(document => document.Id, document => new { document.Operations, document.Text }),
        _json) + "\n";

    private static Command Printing(string name, string description, Func<IServiceProvider, string> print)
    {
        var output = new Option<FileInfo?>("--output") { Description = "A file; standard output unless given." };
        var command = new Command(name, description) { output };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            await using var services = new ServiceCollection().AddLogging()
                .AddSingleton(CommandLine.Settings()).AddAnalyticsSchema().BuildServiceProvider();
            var text = print(services);
            if (parsed.GetValue(output) is { } file)
                await File.WriteAllTextAsync(file.FullName, text, ct);
            else
                Console.Write(text);
            return CommandLine.Done;
        }));
        return command;
    }
}

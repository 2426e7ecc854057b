// The contract: the SDL in the repository is what the server prints, everything in it is described, operations fit it.
using System.Runtime.CompilerServices;
using Analytics.Gql.Engine;
using Analytics.Gql.Tests.Engine;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Gql.Tests.Api;

public sealed class SchemaTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddAnalyticsSchema().BuildServiceProvider();

    private static string Root => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../.."));

    private ISchema Schema => _services.GetRequiredService<ISchema>();

    public static TheoryData<string> Operations => [.. Files];

    // The subscription's answer is asserted where it is streamed: Http/Streaming.
    public static TheoryData<string> OperationsWithOneResult =>
        [.. Files.Where(file => file != "AggregatesRefreshed.graphql")];

    private static IEnumerable<string> Files =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "operations"), "*.graphql").Select(path => Path.GetFileName(path)).Order();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task The_schema_in_the_repository_is_what_the_server_prints()
    {
        var printed = SchemaPrinter.Print(Schema);
        var reviewed = await File.ReadAllTextAsync(Path.Combine(Root, "schema/schema.graphql"));
        Assert.True(reviewed == printed,
            "schema/schema.graphql differs from the server's. If that is meant: dotnet run --project src/Analytics.Gql -- schema export --output schema/schema.graphql");
    }

    [Fact]
    public void Every_type_field_argument_and_value_has_a_description()
    {
        Assert.Empty(Undescribed(Schema));
        // The walk does find what has none: the sample schema describes little.
        using var sample = new SampleEngine();
        var found = Undescribed(sample.Services.GetRequiredService<ISchema>()).ToList();
        foreach (var bare in new[] { "Page", "Week.start", "Query.echo(text:)", "WeekOrder.OLDEST_FIRST" })
            Assert.Contains(bare, found);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Every_operation_of_the_repository_fits_the_schema(string file)
    {
        Schema.Initialize();
        var document = Parser.Parse(await File.ReadAllTextAsync(Path.Combine(Root, "schema/operations", file)));
        var operation = Assert.Single(document.Definitions.OfType<GraphQLParser.AST.GraphQLOperationDefinition>());
        var result = await new DocumentValidator().ValidateAsync(new ValidationOptions
        {
            Schema = Schema,
            Document = document,
            Operation = operation,
            // Its variables are the caller's; the rules for documents are what a file can break.
            Rules = DocumentValidator.CoreRules.Where(rule => rule is not GraphQL.Validation.Rules.FieldArgumentsAreValidRule),
            Variables = new GraphQL.Inputs(new Dictionary<string, object?>
            {
                ["userId"] = Guid.Empty.ToString(),
                ["ids"] = Array.Empty<object>(),
                ["from"] = "2026-01-05",
                ["to"] = "2026-03-29",
            }),
        });
        Assert.True(result.IsValid, string.Join('\n', result.Errors.Select(error => error.Message)));
    }

    private static IEnumerable<string> Undescribed(ISchema schema)
    {
        schema.Initialize();
        return schema.AllTypes.Where(type => !type.Name.StartsWith("__", StringComparison.Ordinal)).SelectMany(Undescribed);
    }

    private static IEnumerable<string> Undescribed(IGraphType type)
    {
        if (string.IsNullOrWhiteSpace(type.Description) && type is not ScalarGraphType { Name: "Int" or "Float" or "String" or "Boolean" })
            yield return type.Name;
        foreach (var field in (type as IComplexGraphType)?.Fields ?? [])
        {
            if (string.IsNullOrWhiteSpace(field.Description))
                yield return $"{type.Name}.{field.Name}";
            foreach (var argument in field.Arguments ?? [])
                if (string.IsNullOrWhiteSpace(argument.Description))
                    yield return $"{type.Name}.{field.Name}({argument.Name}:)";
        }
        foreach (var value in (type as EnumerationGraphType)?.Values ?? Enumerable.Empty<EnumValueDefinition>())
            if (string.IsNullOrWhiteSpace(value.Description))
                yield return $"{type.Name}.{value.Name}";
    }

    private static string Here([CallerFilePath] string path = "") => path;
}

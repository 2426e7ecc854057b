// The contract: the SDL in the repository is what the server prints.
using System.Runtime.CompilerServices;
using Analytics.Gql.Engine;
using GraphQL.Types;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Gql.Tests.Api;

public sealed class SchemaTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../.."));

    [Fact]
    public async Task The_schema_in_the_repository_is_what_the_server_prints()
    {
        await using var services = Services();
        var printed = services.GetRequiredService<ISchema>().PrintSchema();
        var reviewed = await File.ReadAllTextAsync(Path.Combine(Root, "schema/schema.graphql"));
        Assert.True(reviewed == printed,
            "schema/schema.graphql differs from the server's. If that is meant: dotnet run --project src/Analytics.Gql -- schema export --output schema/schema.graphql");
    }

    private static ServiceProvider Services() => new ServiceCollection().AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
        .AddGraphQLEngine<Query, Mutation>().BuildServiceProvider();

    private static string Here([CallerFilePath] string path = "") => path;
}

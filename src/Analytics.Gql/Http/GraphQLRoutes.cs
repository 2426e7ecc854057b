// The addresses of the API.
using Analytics.Gql.Engine;
using GraphQL.Types;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

public static class GraphQLRoutes
{
    public const string Path = "/graphql";

    /// <summary>Maps <c>/graphql</c> and <c>/graphql/schema.graphql</c> (where introspection is on); needs <see cref="EngineServices"/>.</summary>
    public static IEndpointConventionBuilder MapAnalyticsGraphQL(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path);
        var endpoint = ActivatorUtilities.CreateInstance<GraphQLEndpoint>(routes.ServiceProvider);
        var gate = ActivatorUtilities.CreateInstance<RequestGate>(routes.ServiceProvider);
        group.Map("", http => gate.RunAsync(http, endpoint.HandleAsync));
        if (!routes.ServiceProvider.GetRequiredService<IOptions<SchemaOptions>>().Value.Introspection) return group;
        var sdl = new Lazy<string>(() => SchemaPrinter.Print(routes.ServiceProvider.GetRequiredService<ISchema>()));
        group.MapGet("/schema.graphql", () => Results.Text(sdl.Value, "text/plain", System.Text.Encoding.UTF8));
        return group;
    }
}

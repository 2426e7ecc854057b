// The addresses of the GraphQL API.
using Analytics.Gql.Engine;
using GraphQL.Types;

namespace Analytics.Gql.Http;

public static class Endpoints
{
    public static void MapAnalyticsGraphQL(this IEndpointRouteBuilder routes)
    {
        routes.Map("/graphql", (HttpContext http, GraphQLEndpoint endpoint) => endpoint.HandleAsync(http));
        routes.MapGet("/graphql/schema.graphql", (ISchema schema) => Results.Text(schema.PrintSchema(), "text/plain"));
    }
}

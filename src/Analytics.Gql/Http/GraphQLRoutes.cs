// The addresses of the API.
using Analytics.Gql.Access;
using Analytics.Gql.Engine;
using Analytics.Gql.Http.Sockets;
using GraphQL.Types;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

public static class GraphQLRoutes
{
    public const string Path = "/graphql";

    /// <summary>Maps <c>/graphql</c>, the files of its IDE and <c>/graphql/schema.graphql</c> (where introspection is on); needs <see
    /// cref="EngineServices"/> and <see cref="StreamingServices"/>.</summary>
    public static IEndpointConventionBuilder MapAnalyticsGraphQL(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path);
        var endpoint = ActivatorUtilities.CreateInstance<GraphQLEndpoint>(routes.ServiceProvider);
        var eventStreams = ActivatorUtilities.CreateInstance<EventStreamEndpoint>(routes.ServiceProvider);
        var sockets = ActivatorUtilities.CreateInstance<SocketEndpoint>(routes.ServiceProvider);
        var gate = routes.ServiceProvider.GetRequiredService<RequestGate>();
        var runner = routes.ServiceProvider.GetRequiredService<OperationRunner>();
        group.Map("", http => gate.RunAsync(http, runner, http.WebSockets.IsWebSocketRequest ? sockets.HandleAsync
            : ContentNegotiation.PrefersEventStream(http.Request.Headers.Accept) ? eventStreams.HandleAsync
            : endpoint.HandleAsync));
        routes.ServiceProvider.GetRequiredService<IdePages>().MapFiles(group);
        if (!routes.ServiceProvider.GetRequiredService<IOptions<SchemaOptions>>().Value.Introspection) return group;
        var sdl = new Lazy<string>(() => SchemaPrinter.Print(routes.ServiceProvider.GetRequiredService<ISchema>()));
        group.MapGet("/schema.graphql", async (HttpContext http, TokenCheck tokens) => await tokens.RefusalAsync(http) is { } refusal
            ? Results.Text(refusal.Error.Message, "text/plain", System.Text.Encoding.UTF8, refusal.Status)
            : Results.Text(sdl.Value, "text/plain", System.Text.Encoding.UTF8));
        return group;
    }
}

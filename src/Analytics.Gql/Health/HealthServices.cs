// Whether a load balancer may send requests here: /health/live says that the process runs, /health/ready that it can answer.
using Analytics.Gql.Http;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Analytics.Gql.Health;

// Healthy and Degraded answer 200, Unhealthy answers 503. What every node would say at once, such as a lag, is at most Degraded:
// it is no reason to take all of them away from their users, who are told by each answer how fresh it is.

public static class HealthServices
{
    private const string Ready = "ready";

    /// <summary>Each check stands for itself; another one is added beside them in the same way.</summary>
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks();
        return services.AddReadiness<DatabaseCheck>("database").AddReadiness<MigrationCheck>("migrations")
            .AddReadiness<AggregatesCheck>("aggregates").AddReadiness<ModeCheck>("mode").AddReadiness<LagCheck>("lag")
            .AddReadiness<LeavingHealth>("leaving");
    }

    /// <summary>Adds a check to <c>/health/ready</c>, made once for the life of the server.</summary>
    public static IServiceCollection AddReadiness<T>(this IServiceCollection services, string name)
        where T : class, IHealthCheck
    {
        services.AddSingleton<T>().AddHealthChecks().AddCheck<T>(name, tags: [Ready]);
        return services;
    }

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", Of(_ => false));
        routes.MapHealthChecks("/health/ready", Of(check => check.Tags.Contains(Ready)));
    }

    private static HealthCheckOptions Of(Func<HealthCheckRegistration, bool> which) =>
        new() { Predicate = which, ResponseWriter = HealthAnswer.WriteAsync };
}

// What the transports of subscriptions need.
using Analytics.Gql.Access;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

public static class StreamingServices
{
    /// <summary>Adds settings and counters; a socket also needs <c>UseWebSockets()</c> before the endpoint.</summary>
    public static IServiceCollection AddStreaming(this IServiceCollection services)
    {
        services.AddOptions<SubscriptionOptions>().BindConfiguration(SubscriptionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SubscriptionOptions>, SubscriptionOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ConnectionAccess>();
        services.TryAddSingleton<RequestGate>();
        services.AddSingleton<GracefulStop>().AddHostedService(s => s.GetRequiredService<GracefulStop>());
        return services.AddSingleton<ConnectionCounts>();
    }
}

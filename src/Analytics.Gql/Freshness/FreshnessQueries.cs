// Query.freshness.
using Analytics.Gql.Freshness;
using Analytics.Gql.Refresh;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql;

public sealed partial class Query
{
    /// <summary>How fresh a user's aggregates are; without a user, those of the whole service (pending changes up to
    /// 100,000).</summary>
    /// <param name="userId">The user; an unknown one has no pending changes of their own.</param>
    public static IDataLoaderResult<Freshness.Freshness> Freshness(
        [FromServices] FreshnessLoader users, [FromServices] ServiceFreshnessLoader service,
        [FromServices] ModeMonitor mode, Guid? userId = null) =>
        userId is { } user ? users.Load(user) : service.Load(mode.SourceFor(Consistency.Refreshed));
}

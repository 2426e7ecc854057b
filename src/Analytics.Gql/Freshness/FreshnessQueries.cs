// Query.freshness.
using Analytics.Gql.Access;
using Analytics.Gql.Engine.Revalidation;
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
    [VersionedBy("userId")]
    public static IDataLoaderResult<Freshness.Freshness> Freshness(
        IResolveFieldContext context, [FromServices] Permissions may, [FromServices] FreshnessLoader users, [FromServices] ServiceFreshnessLoader service,
        [FromServices] ModeMonitor mode, Guid? userId = null)
    {
        if (userId is not { } user)
        {
            may.DemandAnyRead(context);
            return service.Load(mode.SourceFor(Consistency.Refreshed));
        }
        may.DemandRead(context, user);
        return users.Load(user);
    }
}

// Query.freshness.
using Analytics.Gql.Batching;
using Analytics.Gql.Freshness;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql;

public sealed partial class Query
{
    /// <summary>How fresh a user's aggregates are; without a user, those of the whole service (pending changes up to 100,000).</summary>
    public static IDataLoaderResult<Freshness.Freshness> Freshness(
        [FromServices] FreshnessLoader loader, [FromServices] FreshnessReader reader, [FromServices] ModeMonitor mode, Guid? userId = null) =>
        userId is { } user
            ? loader.Load(user)
            : new DataLoaderResult<Freshness.Freshness>(async ct => new Freshness.Freshness(await reader.ReadServiceAsync(mode.Source, ct)));
}

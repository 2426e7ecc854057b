// Query.refreshRuns.
using Analytics.Gql.Access;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Refresh;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql;

public sealed partial class Query
{
    /// <summary>The latest refresh runs, newest first. Needs the scope analytics:refresh.</summary>
    /// <param name="first">How many, 1 to 100.</param>
    /// <param name="kind">Only runs of this kind; of every kind unless given.</param>
    [ListSizeFrom("first")]
    public static IDataLoaderResult<IReadOnlyList<RefreshRun>> RefreshRuns(
        IResolveFieldContext context, [FromServices] Permissions may, [FromServices] RefreshRunsLoader loader, int first = 20,
        RefreshKind? kind = null)
    {
        may.DemandRefresh(context);
        return loader.LoadLatest(first, kind);
    }
}

// Query.weeklyAggregates.
using Analytics.Gql.WeeklyAggregates;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql;

public sealed partial class Query
{
    /// <summary>Weekly totals of a user between two days, both inclusive. An unknown user has no weeks.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="from">Any day of the first week.</param>
    /// <param name="to">Any day of the last week; at most 104 weeks.</param>
    [ListSizeOfRange]
    public static IDataLoaderResult<WeeklyAggregates.WeeklyAggregates> WeeklyAggregates(
        IResolveFieldContext context, [FromServices] WeeklyAggregatesLoader loader, Guid userId,
        DateOnly from, DateOnly to) =>
        loader.Load(context, userId, from, to);
}

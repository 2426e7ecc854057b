// Query.weeklyAggregates.
using Analytics.Gql.Access;
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Freshness;
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
    /// <param name="timeZone">Where days begin: an IANA name such as Europe/Berlin. Exact over daylight-saving changes.</param>
    /// <param name="weekStartsOn">The day that weeks begin with.</param>
    /// <param name="fillGaps">Whether weeks without a session are there too, with zeros.</param>
    /// <param name="consistency">Whether pending changes must be in the answer.</param>
    [VersionedBy("userId")]
    [ListSizeOfRange]
    public static IDataLoaderResult<WeeklyAggregates.WeeklyAggregates> WeeklyAggregates(
        IResolveFieldContext context, [FromServices] Permissions may, [FromServices] WeeklyAggregatesLoader loader, Guid userId,
        DateOnly from, DateOnly to, string timeZone = "UTC", Weekday weekStartsOn = Weekday.Monday, bool fillGaps = false,
        Consistency consistency = Consistency.Refreshed)
    {
        may.DemandRead(context, userId);
        return loader.Load(context, new WeeksArguments(userId, from, to, timeZone, weekStartsOn, fillGaps, consistency));
    }
}

// Query.personalRecords.
using Analytics.Gql.Access;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Freshness;
using Analytics.Gql.PersonalRecords;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql;

public sealed partial class Query
{
    /// <summary>A user's personal records by exercise name; at most 500, else LIMIT_EXCEEDED. An unknown user has
    /// none.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="exerciseIds">Only these exercises; all unless given.</param>
    /// <param name="consistency">Whether pending changes must be in the answer.</param>
    [VersionedBy("userId")]
    [ListSizeFrom("exerciseIds", Default = PersonalRecordsLoader.UsualExercises)]
    public static IDataLoaderResult<PersonalRecords.PersonalRecords> PersonalRecords(
        IResolveFieldContext context, [FromServices] Permissions may, [FromServices] PersonalRecordsLoader loader, Guid userId,
        IReadOnlyList<Guid>? exerciseIds = null,
        Consistency consistency = Consistency.Refreshed)
    {
        may.DemandRead(context, userId);
        return loader.Load(userId, exerciseIds, consistency);
    }
}

// Query.user and Query.users.
using Analytics.Gql.Access;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Users;
using GraphQL;
using GraphQL.DataLoader;
using Microsoft.Extensions.Options;

namespace Analytics.Gql;

public sealed partial class Query
{
    /// <summary>A user by id; null when there is none.</summary>
    /// <param name="id">The user.</param>
    [VersionedBy("id")]
    public static IDataLoaderResult<User?> User(
        IResolveFieldContext context, [FromServices] Permissions may, [FromServices] UserLoader loader, Guid id)
    {
        may.DemandRead(context, id);
        return loader.Load(id);
    }

    /// <summary>Users by id, in the order asked for: null, and an error with the element's path, where there is none
    /// or the viewer may not read them. At most 100.</summary>
    /// <param name="ids">At most 100; an id given twice is answered twice.</param>
    [VersionedBy("ids")]
    [ListSizeFrom("ids")]
    public static IReadOnlyList<IDataLoaderResult<User?>> Users(
        IResolveFieldContext context, [FromServices] Permissions may, [FromServices] UserLoader loader,
        [FromServices] IOptions<LimitOptions> limits, IReadOnlyList<Guid> ids)
    {
        if (ids.Count > limits.Value.MaxUsers)
            throw new ClientError(
                ErrorCodes.LimitExceeded,
                $"users: {ids.Count} ids; at most {limits.Value.MaxUsers}. Ask for the rest in another request.");
        // Each element stays parked: to wait here would part this list from others of its level.
        return [.. ids.Select(id => loader.LoadListed(context, may, id))];
    }
}

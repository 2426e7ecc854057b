// Query.user and Query.users.
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Users;
using GraphQL;
using GraphQL.DataLoader;
using Microsoft.Extensions.Options;

namespace Analytics.Gql;

public sealed partial class Query
{
    /// <summary>A user by id; null when there is none.</summary>
    public static IDataLoaderResult<User?> User([FromServices] UserLoader loader, Guid id) => loader.Load(id);

    /// <summary>Users by id, in the order asked for: null, and an error with the element's path, where there is none. At most 100.</summary>
    [ListSize(50, Argument = "ids")]
    public static async Task<IEnumerable<User?>> Users(
        IResolveFieldContext context, [FromServices] UserLoader loader, [FromServices] IOptions<LimitOptions> limits,
        IReadOnlyList<Guid> ids)
    {
        if (ids.Count > limits.Value.MaxUsers)
            throw ClientError.Limit($"users: {ids.Count} ids; at most {limits.Value.MaxUsers}. Ask for the rest in another request.");
        var users = new List<User?>();
        foreach (var pending in ids.Select(loader.Load).ToList())
            users.Add(await pending.GetResultAsync(context.CancellationToken));
        for (var i = 0; i < users.Count; i++)
            if (users[i] is null)
                context.Errors.Add(new ClientError(ErrorCodes.NotFound, $"users: there is no user {ids[i]}.") { Path = [.. context.Path, i] });
        return users;
    }
}

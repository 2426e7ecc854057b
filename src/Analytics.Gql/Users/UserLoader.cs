// Users by id, many in one statement.
using Analytics.Gql.Access;
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Store.Readers;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql.Users;

/// <summary>Null for an id that no user has.</summary>
public sealed class UserLoader(UsersReader reader) : BatchLoader<Guid, User?>
{
    /// <summary>An element of a list of users: an error in its place where there is none or the viewer may not read
    /// them.</summary>
    public IDataLoaderResult<User?> LoadListed(IResolveFieldContext context, Permissions may, Guid id)
    {
        if (!may.MayRead(context, id)) return LoaderResults.Failed<User?>(Permissions.Forbidden(context, id));
        var field = context.FieldDefinition.Name;
        return Load(id).Then(User? (user) =>
            user ?? throw new ClientError(ErrorCodes.NotFound, $"{field}: there is no user {id}. Check the id."));
    }

    protected override async Task<IReadOnlyList<User?>> FetchAsync(IReadOnlyList<Guid> keys, CancellationToken ct)
    {
        var found = await reader.ReadAsync(keys, ct);
        return [.. keys.Select(id => found.TryGetValue(id, out var row) ? new User(row) : null)];
    }
}

// Users by id, many in one statement.
using Analytics.Gql.Batching;
using Analytics.Store.Readers;

namespace Analytics.Gql.Users;

/// <summary>Null for an id that no user has.</summary>
public sealed class UserLoader(UsersReader reader) : BatchLoader<Guid, User?>
{
    protected override async Task<IReadOnlyList<User?>> FetchAsync(IReadOnlyList<Guid> keys, CancellationToken ct)
    {
        var found = await reader.ReadAsync(keys, ct);
        return [.. keys.Select(id => found.TryGetValue(id, out var row) ? new User(row) : null)];
    }
}

// Users by id, many in one statement.
using Analytics.Gql.Batching;
using Analytics.Store.Readers;

namespace Analytics.Gql.Users;

public sealed class UserLoader(UsersReader reader) : BatchLoader<Guid, User?>
{
    protected override async Task<IReadOnlyDictionary<Guid, User?>> FetchAsync(IReadOnlyList<Guid> keys, CancellationToken ct) =>
        (await reader.ReadAsync(keys, ct)).ToDictionary(u => u.Key, u => (User?)new User(u.Value));

    protected override User? Missing(Guid key) => null;
}

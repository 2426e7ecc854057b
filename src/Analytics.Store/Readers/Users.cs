// Users of the app, by id.
using Dapper;
using Npgsql;

namespace Analytics.Store.Readers;

public sealed record UserRow(Guid UserId, string DisplayName);

public sealed class UsersReader(ReadServers reads)
{
    /// <summary>Reads users from core.users in one statement; unknown ids are absent. What a replica does not know, the
    /// primary is asked for.</summary>
    public Task<IReadOnlyDictionary<Guid, UserRow>> ReadAsync(IReadOnlyCollection<Guid> userIds, CancellationToken ct) =>
        reads.FindAsync(userIds, ReadSource.Live, (connection, ids) => ReadAsync(connection, ids, ct), ct);

    private static async Task<IReadOnlyDictionary<Guid, UserRow>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<Guid> userIds, CancellationToken ct)
    {
        var rows = await connection.QueryAsync<UserRow>(new CommandDefinition("""
            select u.user_id as UserId, u.display_name as DisplayName
            from core.users as u where u.user_id = any (@userIds)
            """, new { userIds = userIds.ToArray() }, cancellationToken: ct));
        return rows.ToDictionary(u => u.UserId);
    }
}

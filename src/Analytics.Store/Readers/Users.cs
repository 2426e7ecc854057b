// Users of the app, by id.
using Dapper;
using Npgsql;

namespace Analytics.Store.Readers;

public sealed record UserRow(Guid UserId, string DisplayName);

public sealed class UsersReader(NpgsqlDataSource reads)
{
    /// <summary>Reads users from core.users in one statement; unknown ids are absent.</summary>
    public async Task<IReadOnlyDictionary<Guid, UserRow>> ReadAsync(IReadOnlyCollection<Guid> userIds, CancellationToken ct)
    {
        await using var connection = await reads.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<UserRow>(new CommandDefinition("""
            select u.user_id as UserId, u.display_name as DisplayName
            from core.users as u where u.user_id = any (@userIds)
            """, new { userIds = userIds.ToArray() }, cancellationToken: ct));
        return rows.ToDictionary(u => u.UserId);
    }
}

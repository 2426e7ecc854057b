// Staged changes that the API or an operator asks for; the triggers write their own.
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

public sealed class Staging(NpgsqlDataSource primary)
{
    /// <summary>Stages one session of a user.</summary>
    /// <returns>False when neither core nor the aggregates know that session as this user's; nothing is staged.</returns>
    public Task<bool> StageSessionAsync(Guid userId, Guid sessionId, CancellationToken ct) => ExistsAsync("""
        insert into analytics.staging_changes (user_id, session_id)
        select @userId, @sessionId
        where exists (select from core.sessions as s where s.session_id = @sessionId and s.user_id = @userId)
           or exists (select from analytics.session_summary_current as s where s.session_id = @sessionId and s.user_id = @userId)
        """, new { userId, sessionId }, ct);

    /// <summary>Stages weeks of a user.</summary>
    /// <param name="weeks">Mondays.</param>
    /// <returns>False when there is no such user.</returns>
    public Task<bool> StageWeeksAsync(Guid userId, IReadOnlyCollection<DateOnly> weeks, CancellationToken ct) => ExistsAsync("""
        insert into analytics.staging_changes (user_id, week)
        select @userId, w from unnest(@weeks) as w
        where exists (select from core.users as u where u.user_id = @userId)
        """, new { userId, weeks = weeks.ToArray() }, ct);

    /// <summary>Stages everything of a user.</summary>
    /// <returns>False when there is no such user.</returns>
    public Task<bool> StageUserAsync(Guid userId, CancellationToken ct) => ExistsAsync("""
        insert into analytics.staging_changes (user_id)
        select u.user_id from core.users as u where u.user_id = @userId
        """, new { userId }, ct);

    /// <summary>Asks for a full refresh; a second ask before the first is done changes nothing.</summary>
    public Task StageFullRefreshAsync(CancellationToken ct) => ExistsAsync("""
        insert into analytics.staging_changes (user_id)
        select null where not exists (
            select from analytics.staging_changes as c
            where c.session_id is null and c.user_id is null and c.folded_by is null)
        """, new { }, ct);

    private async Task<bool> ExistsAsync(string insert, object parameters, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(insert, parameters, cancellationToken: ct)) > 0;
    }
}

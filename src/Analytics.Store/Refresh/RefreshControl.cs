// The state row: which mode holds, how to switch it, and whether somebody asked for a full refresh.
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>What the workers look at before they work.</summary>
/// <param name="FullRefreshAskedAt">When the oldest row for everyone was staged; null when none is.</param>
/// <param name="LastFullRefreshAt">Null when there was none since the aggregates were built.</param>
public sealed record RefreshStatus(RefreshMode Mode, DateTime? FullRefreshAskedAt, DateTime? LastFullRefreshAt)
{
    public bool FullRefreshAsked => FullRefreshAskedAt is not null;
}

public sealed class RefreshControl(NpgsqlDataSource primary)
{
    private sealed record Row(string Mode, DateTime? FullRefreshAskedAt, DateTime? LastFullRefreshAt);

    public async Task<RefreshStatus> ReadAsync(CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleAsync<Row>(new CommandDefinition("""
            select s.mode as Mode,
                   (select min(c.changed_at) from analytics.staging_changes as c where c.session_id is null and c.user_id is null)
                       as FullRefreshAskedAt,
                   s.last_full_refresh_at as LastFullRefreshAt
            from analytics.refresh_state as s
            """, cancellationToken: ct));
        return new RefreshStatus(Enum.Parse<RefreshMode>(row.Mode), row.FullRefreshAskedAt, row.LastFullRefreshAt);
    }

    /// <summary>What a replica knows, which is not what work is waiting: it has none to do.</summary>
    public static Task<RefreshStatus> ReadReplicaAsync(ReadServers servers, CancellationToken ct) =>
        servers.AskReplicasAsync(async connection =>
        {
            var row = await connection.QuerySingleAsync<Row>(new CommandDefinition("""
                select s.mode as Mode, null::timestamptz as FullRefreshAskedAt, s.last_full_refresh_at as LastFullRefreshAt
                from analytics.refresh_state as s
                """, cancellationToken: ct));
            return new RefreshStatus(Enum.Parse<RefreshMode>(row.Mode), row.FullRefreshAskedAt, row.LastFullRefreshAt);
        }, ct);

    /// <summary>Switches the mode for every node. Coming back from Live also asks for a full refresh.</summary>
    /// <returns>The mode before.</returns>
    public async Task<RefreshMode> SwitchAsync(RefreshMode mode, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return Enum.Parse<RefreshMode>(await connection.ExecuteScalarAsync<string>(new CommandDefinition("""
            with before as (
                select s.mode from analytics.refresh_state as s for update
            ),
            switched as (
                update analytics.refresh_state set mode = @mode
            ),
            asked as (
                insert into analytics.staging_changes (user_id)
                select null from before where before.mode = 'Live' and @mode <> 'Live'
            )
            select before.mode from before
            """, new { mode = mode.ToString() }, cancellationToken: ct)) ?? throw NotMigrated());
    }

    /// <summary>How many changes are staged; counts no further than <paramref name="most"/>.</summary>
    public async Task<long> CountStagedAsync(long most, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from (select from analytics.staging_changes limit @most) as c", new { most }, cancellationToken: ct));
    }

    /// <summary>Rows of the tables that stage (core.sessions and core.sets) together, as the planner estimates them.</summary>
    public async Task<long> EstimateRowsAsync(CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition("""
            select coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint
            from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname || '.' || c.relname in (select t.table_name from analytics.staging_triggers as t)
            """, cancellationToken: ct));
    }

    private static InvalidOperationException NotMigrated() =>
        new("analytics.refresh_state has no row. Run 'analytics-gql migrate' first.");
}

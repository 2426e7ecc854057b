// The triggers on core that stage changes: whether they are there and fire.
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>Without them an aggregate is only as fresh as its last full refresh, and nobody notices.</summary>
public static class StagingTriggers
{
    private sealed record Trigger(string Table, string Name, bool IsThere, bool Fires);

    /// <summary>One sentence for each that is missing or switched off, with what mends it.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(NpgsqlDataSource primary, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return [.. (await ReadAsync(connection, ct)).Where(t => !t.Fires).Select(t => t.IsThere
            ? $"trigger {t.Name} on core.{t.Table} is disabled: changes are not staged. "
                + $"Run: alter table core.{t.Table} enable trigger {t.Name}"
            : $"core.{t.Table} has no trigger {t.Name}: changes are not staged. Run 'analytics-gql migrate'.")];
    }

    /// <summary>Whether none is missing. One that somebody switched off is theirs to switch on.</summary>
    internal static async Task<bool> AreThereAsync(NpgsqlConnection connection, CancellationToken ct) =>
        (await ReadAsync(connection, ct)).All(t => t.IsThere);

    private static Task<IEnumerable<Trigger>> ReadAsync(NpgsqlConnection connection, CancellationToken ct) =>
        connection.QueryAsync<Trigger>(new CommandDefinition("""
            select x.name as Table, e.name as Name, t.tgname is not null as IsThere, coalesce(t.tgenabled in ('O', 'A'), false) as Fires
            from (values ('sessions'), ('sets')) as x (name)
            cross join (values ('analytics_stage_insert'), ('analytics_stage_update'), ('analytics_stage_delete'),
                               ('analytics_stage_truncate')) as e (name)
            left join pg_trigger as t on t.tgrelid = to_regclass('core.' || x.name) and t.tgname = e.name
            order by x.name, e.name
            """, cancellationToken: ct));
}

// The triggers that stage changes: which there are meant to be, and whether they are there and fire.
using System.Text.RegularExpressions;
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>Without them an aggregate is only as fresh as its last full refresh, and nobody notices.</summary>
public static partial class StagingTriggers
{
    /// <param name="Table">With its schema.</param>
    /// <param name="IsThere">False: to be made by migrating.</param>
    /// <param name="Fires">False also when somebody switched it off.</param>
    public sealed record Trigger(string Table, string Name, bool IsThere, bool Fires)
    {
        /// <summary>What switches it on.</summary>
        public string Enable => $"alter table {Table} enable trigger {Name}";
    }

    /// <summary>One sentence for each that is missing or switched off, with what mends it.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(NpgsqlDataSource primary, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return [.. (await ReadAsync(connection, ct)).Where(t => !t.Fires).Select(t => t.IsThere
            ? $"trigger {t.Name} on {t.Table} is disabled: changes are not staged. Run: {t.Enable}"
            : $"{t.Table} has no trigger {t.Name}: changes are not staged. Run 'analytics-gql migrate'.")];
    }

    /// <summary>Whether none is missing. One that somebody switched off is theirs to switch on.</summary>
    internal static async Task<bool> AreThereAsync(NpgsqlConnection connection, CancellationToken ct) =>
        (await ReadAsync(connection, ct)).All(t => t.IsThere);

    /// <summary>Writes down which triggers the definitions make.</summary>
    internal static Task DeclareAsync(NpgsqlConnection connection, IEnumerable<Migrations.Script> definitions, CancellationToken ct)
    {
        var made = definitions.SelectMany(d => Made().Matches(d.Text)).ToList();
        return connection.ExecuteAsync(new CommandDefinition("""
            with made as (select * from unnest(@tables, @names) as m (table_name, trigger_name)),
            gone as (
                delete from analytics.staging_triggers as t
                where (t.table_name, t.trigger_name) not in (select m.table_name, m.trigger_name from made as m)
            )
            insert into analytics.staging_triggers (table_name, trigger_name)
            select m.table_name, m.trigger_name from made as m on conflict do nothing
            """,
            new
            {
                tables = made.Select(m => m.Groups["table"].Value).ToArray(),
                names = made.Select(m => m.Groups["name"].Value).ToArray(),
            }, cancellationToken: ct));
    }

    public static async Task<IReadOnlyList<Trigger>> ReadAsync(NpgsqlConnection connection, CancellationToken ct) =>
        // By name and not by to_regclass(), which raises where an account may not look into the table's schema.
        [.. await connection.QueryAsync<Trigger>(new CommandDefinition("""
            select e.table_name as Table, e.trigger_name as Name, t.tgname is not null as IsThere,
                   coalesce(t.tgenabled in ('O', 'A'), false) as Fires
            from analytics.staging_triggers as e
            left join (
                select n.nspname || '.' || c.relname as table_name, t.tgname, t.tgenabled
                from pg_trigger as t join pg_class as c on c.oid = t.tgrelid join pg_namespace as n on n.oid = c.relnamespace
                where not t.tgisinternal
            ) as t on t.table_name = e.table_name and t.tgname = e.trigger_name
            order by e.table_name, e.trigger_name
            """, cancellationToken: ct))];

    [GeneratedRegex(@"create or replace trigger (?<name>\w+)\s+after [^;]*?\bon (?<table>\w+\.\w+)")]
    private static partial Regex Made();
}

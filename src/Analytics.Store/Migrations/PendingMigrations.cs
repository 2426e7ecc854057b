// db/migrations: each applied once, in order, and never again in another form.
using System.Text.RegularExpressions;
using Dapper;
using Npgsql;

namespace Analytics.Store.Migrations;

/// <summary>Applies the migrations that a database does not have yet. The caller holds the migrators' lock.</summary>
internal sealed partial class PendingMigrations(NpgsqlConnection connection, Action<string> log)
{
    /// <param name="scripts">All migrations, in order.</param>
    /// <param name="done">Gets the path of each that was applied.</param>
    /// <exception cref="MigrationException">One that was applied reads differently now.</exception>
    public async Task ApplyAsync(IReadOnlyList<Script> scripts, ICollection<string> done, CancellationToken ct)
    {
        var applied = await MigrationLedger.MigrationsAsync(connection, ct);
        foreach (var script in scripts)
        {
            if (applied.TryGetValue(script.Number, out var checksum))
            {
                if (checksum != script.Checksum)
                    throw new MigrationException(
                        $"db/{script.Path} was edited after it was applied (checksum {checksum[..12]} then, {script.Checksum[..12]} now). "
                        + "Restore the file and put the change into a new migration.");
                continue;
            }
            log($"applying {script.Path}");
            if (script.WithoutTransaction)
                await RunStatementsAsync(script, ct);
            else
                await LockTimeout.RetryAsync(connection, async _ =>
                {
                    await ExecuteAsync(script.Text, ct);
                    await MigrationLedger.RecordMigrationAsync(connection, script, ct);
                }, log, ct);
            done.Add(script.Path);
        }
    }

    private async Task RunStatementsAsync(Script script, CancellationToken ct)
    {
        // A concurrent build that was cut short leaves an invalid index, which 'if not exists' would take for a good one.
        // Only this script's own: an invalid index of the app's may be one that it is building just now.
        var invalid = await connection.QueryAsync<string>(new CommandDefinition("""
            select format('%I.%I', n.nspname, c.relname)
            from pg_index as i join pg_class as c on c.oid = i.indexrelid join pg_namespace as n on n.oid = c.relnamespace
            where not i.indisvalid and n.nspname in ('core', 'analytics') and c.relname = any (@names)
            """, new { names = BuiltIndex().Matches(script.Text).Select(m => m.Groups[1].Value).ToArray() }, cancellationToken: ct));
        foreach (var index in invalid)
            await ExecuteAsync($"drop index concurrently {index}", ct);
        foreach (var statement in script.Statements)
        {
            if (IndexedTable().Match(statement) is { Success: true } indexed && await IsViewAsync(indexed.Groups[1].Value, ct))
                log($"{indexed.Groups[1].Value} is a view: the tables behind it need the index; see 'analytics-gql doctor'");
            else
                await ExecuteAsync(statement, ct);
        }
        await MigrationLedger.RecordMigrationAsync(connection, script, ct);
    }

    // Where core consists of views over an app's own tables, these have indexes of their own.
    private Task<bool> IsViewAsync(string relation, CancellationToken ct) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from pg_class where oid = to_regclass(@relation) and relkind = 'v')",
            new { relation }, cancellationToken: ct));

    private Task<int> ExecuteAsync(string sql, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(sql, cancellationToken: ct));

    [GeneratedRegex(@"create (?:unique )?index concurrently if not exists (\w+)")]
    private static partial Regex BuiltIndex();

    [GeneratedRegex(@"create (?:unique )?index concurrently if not exists \w+\s+on ([\w.]+)")]
    private static partial Regex IndexedTable();
}

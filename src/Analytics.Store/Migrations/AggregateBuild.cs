// Builds an aggregate beside the one that readers use, then swaps it in.
//
// definition changed ⇒ <name>_live_next, <name>_next built and indexed (readers go on, staging waits)
//                    ⇒ one short transaction: *_current replaced, old dropped, new renamed, stamp published
// Readers never see a missing, empty or mixed view: each name always stands for something whole.
using Analytics.Store.Readers;
using Analytics.Store.Refresh;
using Analytics.Store.Roles;
using Dapper;
using Npgsql;

namespace Analytics.Store.Migrations;

/// <summary>Runs under the drain's and the full refresh's lock, both held by the same connection.</summary>
internal sealed class AggregateBuild(NpgsqlConnection connection, AggregateDeclaration declaration, Action<string> log)
{
    private readonly string _name = declaration.Name;

    /// <param name="checksum">Stored with the swap, so that a crash leaves either the old definition or the new one.</param>
    public async Task<AggregateSql> RunAsync(string checksum, CancellationToken ct)
    {
        await DropLeftoversAsync(ct);
        await ExecuteAsync(declaration.Text
            .Replace(declaration.LiveView, $"{declaration.LiveView}_next", StringComparison.Ordinal)
            .Replace(declaration.NarrowFunction, $"{declaration.NarrowFunction}_next", StringComparison.Ordinal), ct);
        var columns = await ColumnsAsync($"{declaration.LiveView}_next", ct);
        await RefuseLostColumnsAsync(columns, ct);
        var sql = new AggregateSql(declaration, columns);

        // Taken before the build reads, published with the swap: no row is older than the stamp says.
        var stamp = await connection.ExecuteScalarAsync<DateTime>(new CommandDefinition(
            declaration.Folded is null
                ? "select clock_timestamp()"
                : $"select {ReadSources.Stamp(AggregateCatalogue.Places)}",
            cancellationToken: ct));
        log($"building {_name}");
        await ExecuteAsync(sql.CreateMatview, ct);
        await ExecuteAsync(sql.CreateKeyIndex, ct);
        await ExecuteAsync(sql.CreateDelta, ct);
        foreach (var (_, matview, delta) in sql.Indexes())
        {
            await ExecuteAsync(matview, ct);
            await ExecuteAsync(delta, ct);
        }
        await ExecuteAsync($"vacuum (analyze) analytics.{_name}_next", ct);
        await LockTimeout.RetryAsync(connection, transaction => SwapAsync(sql, columns, stamp, checksum, transaction, ct), log, ct);
        return sql;
    }

    /// <summary>The columns of a live view in order, with their types.</summary>
    public static async Task<IReadOnlyList<Column>> ColumnsAsync(NpgsqlConnection connection, string view, CancellationToken ct) =>
        [.. await connection.QueryAsync<Column>(new CommandDefinition("""
            select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type
            from pg_attribute as a
            where a.attrelid = to_regclass(@view) and a.attnum > 0 and not a.attisdropped
            order by a.attnum
            """, new { view }, cancellationToken: ct))];

    private Task<IReadOnlyList<Column>> ColumnsAsync(string view, CancellationToken ct) => ColumnsAsync(connection, view, ct);

    private async Task RefuseLostColumnsAsync(IReadOnlyList<Column> columns, CancellationToken ct)
    {
        var before = await ColumnsAsync(declaration.LiveView, ct);
        var changed = before.Zip(columns.Concat(Enumerable.Repeat<Column?>(null, before.Count)))
            .FirstOrDefault(pair => pair.First != pair.Second);
        if (changed.First is { } lost)
            throw new MigrationException(
                $"{declaration.LiveView}: column '{lost.Name} {lost.Type}' is gone or has moved. "
                + "The columns that readers see are only ever appended: keep it where it was, and add new ones at the end.");
    }

    private async Task SwapAsync(
        AggregateSql sql, IReadOnlyList<Column> columns, DateTime stamp, string checksum, NpgsqlTransaction transaction, CancellationToken ct)
    {
        var old = $"old_{DateTime.UtcNow.Ticks}";
        // In the order in which readers' statements lock them: current view, delta, matview, live view.
        await ExecuteAsync($"""
            {sql.CreateCurrentOverNext}
            drop table if exists analytics.{_name}_delta;
            drop materialized view if exists analytics.{_name};
            alter view if exists {declaration.LiveView} rename to {_name}_live_{old};
            alter view {declaration.LiveView}_next rename to {_name}_live;
            {await RenameFunctionAsync("", $"_{old}", ct)}
            {await RenameFunctionAsync("_next", "", ct)}
            alter materialized view analytics.{_name}_next rename to {_name};
            alter table analytics.{_name}_delta_next rename to {_name}_delta;
            alter index analytics.{_name}_next_key rename to {_name}_key;
            alter index analytics.{_name}_delta_next_pkey rename to {_name}_delta_pkey;
            {string.Join('\n', sql.Indexes().Select(i => $"""
                alter index analytics.{_name}_next_{i.Name} rename to {_name}_{i.Name};
                alter index analytics.{_name}_delta_next_{i.Name} rename to {_name}_delta_{i.Name};
                """))}
            {sql.Comments}
            """, ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            update analytics.refresh_state set stamps = stamps || jsonb_build_object(@name::text, @stamp::timestamptz);
            insert into analytics.aggregates (name, key_columns, columns, ordinal, is_folded)
            values (@name, @key, @columns, (select count(*) from analytics.aggregates), @isFolded)
            on conflict (name) do update set
                key_columns = excluded.key_columns, columns = excluded.columns, is_folded = excluded.is_folded;
            """,
            new
            {
                name = _name,
                stamp,
                key = declaration.Key.ToArray(),
                columns = columns.Select(c => c.Name).ToArray(),
                isFolded = declaration.Folded is not null,
            },
            transaction, cancellationToken: ct));
        await MigrationLedger.RecordDefinitionAsync(connection, $"aggregates/{_name}", checksum, ct);
        await Privileges.ApplyAsync(connection, ct);
    }

    /// <summary>What a build that was cut short left.</summary>
    private async Task DropLeftoversAsync(CancellationToken ct) => await ExecuteAsync($"""
        drop materialized view if exists analytics.{_name}_next;
        drop table if exists analytics.{_name}_delta_next;
        drop view if exists {declaration.LiveView}_next;
        {(await FunctionAsync("_next", ct) is { } narrow ? $"drop function {narrow};" : "")}
        """, ct);

    /// <summary>A function has no 'alter … if exists'.</summary>
    private async Task<string> RenameFunctionAsync(string from, string to, CancellationToken ct) =>
        await FunctionAsync(from, ct) is { } function ? $"alter function {function} rename to {_name}_narrow{to};" : "";

    /// <summary>The narrow function with the types of its arguments; null where there is none.</summary>
    private Task<string?> FunctionAsync(string suffix, CancellationToken ct) =>
        connection.ExecuteScalarAsync<string?>(new CommandDefinition("""
            select p.oid::regprocedure::text from pg_proc as p
            where p.pronamespace = 'analytics'::regnamespace and p.proname = @function
            """, new { function = $"{_name}_narrow{suffix}" }, cancellationToken: ct));

    /// <summary>Drops the live views, and what they were built upon, that later aggregates' old definitions still used meanwhile.</summary>
    public static async Task DropReplacedAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var views = (await connection.QueryAsync<string>(new CommandDefinition("""
            select format('%I.%I', schemaname, viewname) from pg_views
            where schemaname = 'analytics' and viewname ~ '_live_old_[0-9]+$'
            """, cancellationToken: ct))).ToList();
        if (views.Count > 0)
            await connection.ExecuteAsync(new CommandDefinition($"drop view {string.Join(", ", views)}", cancellationToken: ct));
        var functions = (await connection.QueryAsync<string>(new CommandDefinition("""
            select p.oid::regprocedure::text from pg_proc as p
            where p.pronamespace = 'analytics'::regnamespace and p.proname ~ '_narrow_old_[0-9]+$'
            """, cancellationToken: ct))).ToList();
        if (functions.Count > 0)
            await connection.ExecuteAsync(new CommandDefinition($"drop function {string.Join(", ", functions)}", cancellationToken: ct));
    }

    private Task<int> ExecuteAsync(string sql, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(sql, cancellationToken: ct));
}

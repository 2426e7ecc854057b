// What a full refresh would cost without the engine: the same matviews, each made of its live view and refreshed by itself.
using System.Data;
using System.Diagnostics;
using System.Globalization;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Drains;

// copies in a schema of their own ⇒ a few sessions change ⇒ ours and plain in turn ⇒ the same rows? ⇒ copies dropped

internal sealed class PlainRefreshes(BenchDatabase database)
{
    private const string Schema = "bench_plain";
    private const int Rounds = 2;
    private const int ChangedSessions = 1_000;
    private const double MostOfPlainPercent = 80;

    /// <param name="CpuS">Of the whole cluster; not a number where it is not the bench's own, or not on Linux.</param>
    private sealed record Cost(TimeSpan Took, double CpuS, double WalMiB, long DeadRows);

    private sealed record Index(string Name, string Definition);

    public async Task RunAsync(Report report, Action<string> log, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await connection.OpenAsync(ct);
        var aggregates = await AggregateCatalogue.ReadAsync(connection, ct);
        log("copies");
        await CopyAsync(connection, aggregates, ct);
        var changes = new SessionChanges(database, seed: 2);
        var (ours, plain) = (new List<Cost>(), new List<Cost>());
        for (var round = 0; round < Rounds; round++)
        {
            await changes.ChangeAsync(ChangedSessions, ct);
            await new Drain(database.Primary).RunUntilEmptyAsync(ct);
            log($"round {round + 1} of {Rounds}");
            ours.Add(await MeasureAsync(connection, "analytics", aggregates, () => OursAsync(ct), ct));
            plain.Add(await MeasureAsync(connection, Schema, aggregates, () => PlainAsync(connection, aggregates, ct), ct));
            await CompareAsync(connection, aggregates, ct);
        }
        await connection.ExecuteAsync(new CommandDefinition($"drop schema {Schema} cascade", cancellationToken: ct));
        Print(report, ours, plain);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, IReadOnlyList<KeptAggregate> aggregates, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            $"set client_min_messages = warning; drop schema if exists {Schema} cascade; create schema {Schema}", cancellationToken: ct));
        foreach (var name in aggregates.Select(a => a.Name))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                $"create materialized view {Schema}.{name} as select * from analytics.{name}_live", cancellationToken: ct));
            foreach (var index in await connection.QueryAsync<Index>(
                "select indexname::text as Name, indexdef as Definition from pg_indexes where schemaname = 'analytics' and tablename = @name",
                new { name }))
                await connection.ExecuteAsync(new CommandDefinition(
                    index.Definition.Replace($"ON analytics.{name}", $"ON {Schema}.{name}", StringComparison.Ordinal), cancellationToken: ct));
            await connection.ExecuteAsync(new CommandDefinition($"analyze {Schema}.{name}", cancellationToken: ct));
        }
    }

    private async Task OursAsync(CancellationToken ct)
    {
        var result = await new FullRefresh(database.ConnectionString).RunAsync(ct);
        if (!result.Succeeded)
            throw new InvalidOperationException($"The full refresh failed: {string.Join("; ", result.Errors)}");
    }

    private static async Task PlainAsync(NpgsqlConnection connection, IReadOnlyList<KeptAggregate> aggregates, CancellationToken ct)
    {
        foreach (var aggregate in aggregates)
            await connection.ExecuteAsync(new CommandDefinition(
                $"refresh materialized view concurrently {Schema}.{aggregate.Name}", cancellationToken: ct));
    }

    private async Task<Cost> MeasureAsync(
        NpgsqlConnection connection, string schema, IReadOnlyList<KeptAggregate> aggregates, Func<Task> refresh, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition("checkpoint", commandType: CommandType.Text, cancellationToken: ct));
        var wal = await connection.ExecuteScalarAsync<string>("select pg_current_wal_lsn()::text");
        var dead = await DeadAsync();
        var (cpu, started) = (CpuS(), Stopwatch.GetTimestamp());
        await refresh();
        var (took, used) = (Stopwatch.GetElapsedTime(started), CpuS() - cpu);
        var written = await connection.ExecuteScalarAsync<double>(
            "select (pg_current_wal_lsn() - @wal::pg_lsn)::float8 / 1048576", new { wal });
        return new Cost(took, used, written, await DeadAsync() - dead);

        // What has been deleted or replaced since the statistics began; autovacuum takes nothing off it.
        Task<long> DeadAsync() => connection.ExecuteScalarAsync<long>("""
            select coalesce(sum(pg_stat_get_tuples_deleted(c.oid) + pg_stat_get_tuples_updated(c.oid)), 0)::bigint
            from pg_class as c where c.relnamespace = @schema::regnamespace and c.relname = any (@names)
            """, new { schema, names = aggregates.Select(a => a.Name).ToArray() });
    }

    private double CpuS() =>
        database.ServerId is { } postmaster && OperatingSystem.IsLinux() ? CpuTimes.OfTreeUs(postmaster) / 1e6 : double.NaN;

    /// <exception cref="InvalidOperationException">The two do not have the same rows.</exception>
    private static async Task CompareAsync(NpgsqlConnection connection, IReadOnlyList<KeptAggregate> aggregates, CancellationToken ct)
    {
        foreach (var (name, columns) in aggregates.Select(a => (a.Name, string.Join(", ", a.Columns))))
            if (await connection.ExecuteScalarAsync<long>(new CommandDefinition($"""
                select count(*) from (
                    (select {columns} from analytics.{name} except all select {columns} from {Schema}.{name})
                    union all
                    (select {columns} from {Schema}.{name} except all select {columns} from analytics.{name})
                ) as x
                """, cancellationToken: ct)) is > 0 and var rows)
                throw new InvalidOperationException($"{name}: {rows} rows differ between the engine's full refresh and a plain one.");
    }

    private static void Print(Report report, List<Cost> ours, List<Cost> plain)
    {
        report.Section("Full refresh",
            $"{ChangedSessions:N0} sessions had changed since the one before. 'Plain' is REFRESH MATERIALIZED VIEW CONCURRENTLY of the same "
            + "matviews, each made of its live view, with PostgreSQL's defaults; in turn, the least of "
            + string.Create(CultureInfo.InvariantCulture, $"{Rounds} rounds, the same rows after each."));
        var (our, other) = (ours.MinBy(c => c.Took)!, plain.MinBy(c => c.Took)!);
        var (time, cpu) = (our.Took / other.Took * 100, ours.Min(c => c.CpuS) / plain.Min(c => c.CpuS) * 100);
        var table = new MarkdownTable("", "s", "CPU s", "WAL MiB", "rows deleted or replaced", "target");
        table.Row("full refresh", our.Took.TotalSeconds, ours.Min(c => c.CpuS), our.WalMiB, our.DeadRows, "–");
        table.Row("plain", other.Took.TotalSeconds, plain.Min(c => c.CpuS), other.WalMiB, other.DeadRows, "–");
        table.Row("of plain", Percent(time), Percent(cpu), "", "",
            report.Judge("full refresh, time or CPU of plain ones", double.IsNaN(cpu) ? time : Math.Min(time, cpu), MostOfPlainPercent, "%"));
        report.Table(table);

        static string Percent(double percent) =>
            double.IsNaN(percent) ? "–" : string.Create(CultureInfo.InvariantCulture, $"{percent:N0} %");
    }
}

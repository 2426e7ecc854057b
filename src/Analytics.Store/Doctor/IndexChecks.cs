// The indexes that keep a drain and a read a probe: on the app's tables, on the matviews and on the deltas.
using System.Text.RegularExpressions;
using Analytics.Store.Migrations;
using Dapper;

namespace Analytics.Store.Doctor;

internal static partial class IndexChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("index.core", Severity.Warning, "An index on core.sessions or core.sets is missing or was not built to its end.",
            "create index concurrently …", CoreAsync),
        new("index.seam", Severity.Warning,
            "Where core consists of views: a lookup that every drain and read makes goes through a whole table behind them.",
            "Add an index on the expression behind the view's column (docs/existing-database.md).", SeamAsync),
        new("index.aggregate", Severity.Error, "An index of a matview or a delta is missing: a full refresh fails, or reads are slow.",
            "create index concurrently …", AggregatesAsync),
    ];

    private sealed record Wanted(string Schema, string Table, string Name, string Create);

    private static Task<IReadOnlyList<Fault>> CoreAsync(Examination on, CancellationToken ct) => MissingAsync(on,
        // sets_session is the app's own affair since sets_session_exercise does what it did.
        Script.Migrations.SelectMany(s => s.Statements.Select(text => Built().Match(text)))
            .Where(m => m.Success && m.Groups["name"].Value != "sets_session")
            .Select(m => new Wanted(
                "core", m.Groups["table"].Value, m.Groups["name"].Value, Whitespace().Replace(m.Value.Trim(), " "))), ct);

    private static Task<IReadOnlyList<Fault>> AggregatesAsync(Examination on, CancellationToken ct) => MissingAsync(on,
        DefinitionSet.Load(on.Options.Migrations).Aggregates.Select(a => AggregateDeclaration.Parse(a.Script)).SelectMany(Indexes), ct);

    private static IEnumerable<Wanted> Indexes(AggregateDeclaration aggregate)
    {
        var (name, sql) = (aggregate.Name, new AggregateSql(aggregate, []));
        yield return new Wanted("analytics", name, $"{name}_key", Later(sql.CreateKeyIndex));
        foreach (var (columns, matview, delta) in sql.Indexes())
        {
            yield return new Wanted("analytics", name, $"{name}_{columns}", Later(matview));
            yield return new Wanted("analytics", $"{name}_delta", $"{name}_delta_{columns}", Later(delta));
        }
    }

    /// <summary>As it reads once the names are those that stay, beside whoever works.</summary>
    private static string Later(string create) => create.TrimEnd(';')
        .Replace("_next", "", StringComparison.Ordinal).Replace("index ", "index concurrently if not exists ", StringComparison.Ordinal);

    private static async Task<IReadOnlyList<Fault>> MissingAsync(Examination on, IEnumerable<Wanted> wanted, CancellationToken ct)
    {
        var tables = (await on.QueryAsync<string>("""
            select format('%s.%s', n.nspname, c.relname) from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname in ('core', 'analytics') and c.relkind in ('r', 'p', 'm')
            """, ct)).ToHashSet();
        var valid = (await on.QueryAsync<(string Name, bool Valid)>("""
            select format('%s.%s', n.nspname, c.relname), i.indisvalid
            from pg_index as i join pg_class as c on c.oid = i.indexrelid join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname in ('core', 'analytics')
            """, ct)).ToDictionary(i => i.Name, i => i.Valid);
        var faults = new List<Fault>();
        foreach (var index in wanted.Where(w => tables.Contains($"{w.Schema}.{w.Table}")))
            if (!valid.TryGetValue($"{index.Schema}.{index.Name}", out var isValid))
                faults.Add(new Fault($"{index.Schema}.{index.Table} has no index {index.Name}.", Remedy.Sql(index.Create)));
            else if (!isValid)
                faults.Add(new Fault(
                    $"Index {index.Schema}.{index.Name} was not built to its end.",
                    Remedy.Sql($"drop index concurrently {index.Schema}.{index.Name}"), Remedy.Sql(index.Create)));
        return faults;
    }

    // What stands behind a view has names of its own, so the planner is asked: it is told to avoid whole tables where it can.
    private static readonly (string What, string Probe)[] Lookups =
    [
        ("core.sessions by session_id", $"select s.user_id from core.sessions as s where s.session_id = '{Guid.Empty}'"),
        ("core.users by user_id", $"select u.display_name from core.users as u where u.user_id = '{Guid.Empty}'"),
        ("core.exercises by exercise_id", $"select e.name from core.exercises as e where e.exercise_id = '{Guid.Empty}'"),
        ("core.sets by session_id", $"select v.set_count from analytics.session_summary_live as v where v.session_id = '{Guid.Empty}'"),
        ("core.sessions by user_id and week",
            $"select v.set_count from analytics.session_summary_live as v where v.user_id = '{Guid.Empty}' and v.week_start = '2026-01-05'"),
    ];

    private static async Task<IReadOnlyList<Fault>> SeamAsync(Examination on, CancellationToken ct)
    {
        if (!await on.ScalarAsync<bool>(
                "select exists (select from pg_class where relnamespace = 'core'::regnamespace and relkind = 'v')", ct))
            return [];
        var faults = new List<Fault>();
        await using var transaction = await on.Primary.BeginTransactionAsync(ct);
        await on.Primary.ExecuteAsync("set local enable_seqscan = off");
        foreach (var (what, probe) in Lookups)
            if ((await on.QueryAsync<string>($"explain (costs off) {probe}", ct))
                .FirstOrDefault(line => line.Contains("Seq Scan on", StringComparison.Ordinal)) is { } scan)
                faults.Add(new Fault(
                    $"{what} goes through a whole table: {scan.Trim(' ', '-', '>')}.",
                    Remedy.Advice("Add an index on what the view's column is made of (docs/existing-database.md).")));
        return faults;
    }

    [GeneratedRegex(@"create index concurrently if not exists (?<name>\w+)\s+on core\.(?<table>\w+)[\s\S]*")]
    private static partial Regex Built();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}

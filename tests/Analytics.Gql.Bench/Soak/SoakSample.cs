// What is looked at every ten seconds: the server's process, what it tells of itself, and what it keeps in the database.
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Serving;
using Dapper;

namespace Analytics.Gql.Bench.Soak;

/// <param name="Figures">By name.</param>
internal sealed record SoakSample(TimeSpan At, IReadOnlyDictionary<string, double> Figures);

internal static class SoakFigures
{
    public const string Resident = "server: resident, MiB";
    public const string Heap = "server: managed heap after its last collection, MiB";
    public const string Handles = "server: open file descriptors";
    public const string Threads = "server: threads";
    public const string Connections = "server: database connections";
    public const string Staged = "staged changes";
    public const string P95 = "p95 of ten seconds, ms";

    /// <summary>Of an aggregate's delta.</summary>
    public const string DeltaRows = "_delta, rows", DeltaMiB = "_delta, MiB";

    private const double MiB = 1 << 20;
    private static readonly string[] Faults = ["INTERNAL", "TIMEOUT", "UNAVAILABLE"];

    /// <summary>Answers with a fault of the server's own, since it started.</summary>
    public static double FaultsOf(ServerMetrics metrics) =>
        Faults.Sum(code => metrics.Sum("analytics_operation_errors_total", code));

    /// <summary>Clients that are connected to stay.</summary>
    public static double StayingOf(ServerMetrics metrics) =>
        metrics.Sum("analytics_connections_open") + metrics.Sum("analytics_subscriptions_open");

    public static async Task<IReadOnlyDictionary<string, double>> TakeAsync(
        SoakRig rig, HttpClient http, Durations durations, CancellationToken ct)
    {
        var metrics = await ServerMetrics.ReadAsync(http, rig.Server.Endpoint, ct);
        var figures = new Dictionary<string, double>
        {
            [Resident] = rig.Server.ResidentMiB(),
            [Heap] = metrics.Sum("dotnet_gc_last_collection_heap_size_bytes") / MiB,
            ["server: collections of generation 2 so far"] = metrics.Sum("dotnet_gc_collections_total", "gen2"),
            [Handles] = rig.Server.Handles(),
            [Threads] = rig.Server.Threads(),
            ["server: connections and subscriptions that stay open"] = StayingOf(metrics),
            [P95] = durations.P95Ms,
        };
        foreach (var (name, value) in await OfDatabaseAsync(rig, ct))
            figures[name] = value;
        return figures;
    }

    private static async Task<IEnumerable<(string Name, double Value)>> OfDatabaseAsync(SoakRig rig, CancellationToken ct)
    {
        await using var connection = await rig.Primary.OpenConnectionAsync(ct);
        var aggregates = await connection.QueryAsync<string>("select name from analytics.aggregates order by ordinal");
        var deltas = aggregates.Select(name => $"""
            union all select '{name}{DeltaRows}', count(*)::float8 from analytics.{name}_delta
            union all select '{name}{DeltaMiB}', pg_total_relation_size('analytics.{name}_delta') / {MiB:F1}
            """);
        return await connection.QueryAsync<(string, double)>(new CommandDefinition($"""
            select '{Connections}', count(*)::float8 from pg_stat_activity where application_name like 'analytics-gql%'
            union all select '{Staged}', count(*) from analytics.staging_changes
            union all select 'rows of refresh_events', count(*) from analytics.refresh_events
            union all select 'rows of refresh_runs', count(*) from analytics.refresh_runs
            union all select 'dead rows', sum(n_dead_tup) from pg_stat_user_tables
            union all select 'rows of core.sessions and core.sets',
                (select count(*) from core.sessions) + (select count(*) from core.sets)
            union all select 'size of the database, MiB', pg_database_size(current_database()) / {MiB:F1}
            {string.Join('\n', deltas)}
            """, cancellationToken: ct));
    }
}

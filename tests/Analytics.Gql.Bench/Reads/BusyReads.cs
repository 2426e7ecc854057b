// Reads while the engine works beside them, against the same reads just before.
using Analytics.Gql.Bench.Drains;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Bench.Reads;

internal static class BusyReads
{
    private const double RefreshingP95Ms = 150;
    private const double DrainingFactor = 3;
    private const int ChangedSessions = 10_000;

    /// <summary>The load leaves a refresh little of a small machine.</summary>
    private static readonly TimeSpan LongestRefresh = TimeSpan.FromMinutes(5);

    private sealed record Drained(long Drains, long Keys);

    /// <summary>The common queries while 10,000 changed sessions after the other go through the server's worker.</summary>
    public static async Task DrainingAsync(
        BenchDatabase database, ReadLoad load, IReadOnlyList<ReadQuery> all, TimeSpan duration, Report report,
        Progress progress, CancellationToken ct)
    {
        var queries = all.Take(ReadQueries.Common).ToList();
        var idle = await progress.ShowAsync("reads in turn", _ => AskForAsync(load, queries, duration, ct));
        var changes = new SessionChanges(database, seed: 11);
        var startedAt = DateTime.UtcNow;
        var busy = await progress.ShowAsync("reads during drains", _ => WhileAsync(load, queries, duration, async () =>
        {
            await changes.ChangeAsync(ChangedSessions, ct);
            await database.UntilDrainedAsync(ct);
        }, ct));
        var (drains, keys) = await DrainedSinceAsync(database, startedAt, ct);
        ReadTables.PrintBusy(report,
            $"While drains run ({busy.Rounds} times {ChangedSessions:N0} changed sessions, {drains:N0} drains, {keys:N0} keys)",
            queries, idle, busy.Results, targetMs: null, DrainingFactor);
    }

    /// <summary>All queries for as long as a full refresh takes, within bounds: its phases burden them differently.</summary>
    public static async Task RefreshingAsync(
        BenchDatabase database, ReadLoad load, IReadOnlyList<ReadQuery> queries, TimeSpan duration, Report report,
        Progress progress, CancellationToken ct)
    {
        var idle = await progress.ShowAsync("all reads in turn", _ => AskForAsync(load, queries, duration, ct));
        var busy = await progress.ShowAsync("reads during full refreshes", _ => WhileAsync(
            load, queries, duration, () => new FullRefresh(database.ConnectionString).RunAsync(ct), ct));
        ReadTables.PrintBusy(report, $"While full refreshes run ({busy.Rounds}), the queries in turn",
            queries, idle, busy.Results, RefreshingP95Ms, targetFactor: null);
    }

    private static async Task<ReadLoad.Result[]> AskForAsync(
        ReadLoad load, IReadOnlyList<ReadQuery> queries, TimeSpan duration, CancellationToken ct)
    {
        using var end = new CancellationTokenSource(duration);
        return await load.AskAsync(queries, () => end.IsCancellationRequested, ct);
    }

    /// <summary>Repeats the work for at least the duration, and asks until its last round is done.</summary>
    private static async Task<(int Rounds, ReadLoad.Result[] Results)> WhileAsync(
        ReadLoad load, IReadOnlyList<ReadQuery> queries, TimeSpan duration, Func<Task> work, CancellationToken ct)
    {
        using var least = new CancellationTokenSource(duration);
        var working = Task.Run(async () =>
        {
            var rounds = 0;
            do
            {
                await work();
                rounds++;
            }
            while (!least.IsCancellationRequested);
            return rounds;
        }, ct);
        using var most = new CancellationTokenSource(LongestRefresh);
        var results = await load.AskAsync(queries, () => working.IsCompleted || most.IsCancellationRequested, ct);
        return (await working, results);
    }

    private static async Task<Drained> DrainedSinceAsync(BenchDatabase database, DateTime at, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        return await connection.QuerySingleAsync<Drained>(new CommandDefinition("""
            select count(*) as Drains, coalesce(sum(r.keys), 0)::bigint as Keys from analytics.refresh_runs as r
            where r.kind = 'INCREMENTAL' and r.outcome = 'SUCCEEDED' and r.started_at >= @at
            """, new { at }, cancellationToken: ct));
    }
}

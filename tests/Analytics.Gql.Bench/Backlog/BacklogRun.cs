// One run: the server at rest ⇒ the bulk load commits ⇒ until its last row has left the queue: reads, changes of other
// users and a look at the server's memory, all at once ⇒ the bulk load goes again
using System.Diagnostics;
using Analytics.Gql.Bench.Latency;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Reads;
using Analytics.Gql.Bench.Serving;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Backlog;

/// <param name="Idle">The reads before.</param>
/// <param name="Seen">The changes of other users meanwhile.</param>
internal sealed record BacklogResult(
    string Name, TimeSpan Took, WorkedOff Work, Memory Memory, Visibility Seen,
    IReadOnlyList<ReadLoad.Result> Idle, IReadOnlyList<ReadLoad.Result> Reads);

/// <param name="LargestBatch">Staged changes.</param>
internal sealed record WorkedOff(long Drains, long LargestBatch, double LongestDrainMs, long FullRefreshes);

/// <summary>Resident memory of the server's process in MiB.</summary>
internal sealed record Memory(double Before, double Most, double After);

internal sealed class BacklogRun(BenchDatabase database, BulkLoad load, IReadOnlyList<ReadQuery> queries)
{
    /// <summary>Few, so that the machine is not theirs alone.</summary>
    public const int Readers = 2;

    private static readonly TimeSpan IdleReads = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenChanges = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <param name="settings">Of the server.</param>
    public async Task<BacklogResult> RunAsync(string name, IEnumerable<string> settings, CancellationToken ct)
    {
        try
        {
            await using var server = await ServerProcess.StartAsync(database.ConnectionString, ct, settings);
            using var reads = new ReadLoad(server.Endpoint, Readers);
            using var client = new GraphQLClient(server.Endpoint, connections: 16);
            using var atRest = new CancellationTokenSource(IdleReads);
            var idle = await reads.AskAsync(queries, () => atRest.IsCancellationRequested, ct);
            var before = server.ResidentMiB();

            var committedAt = await load.CommitAsync(database, ct);
            var started = Stopwatch.GetTimestamp();
            var drained = UntilDrainedAsync(committedAt, ct);
            var seen = new Visibility(client);
            var most = MostMemoryAsync(server, drained, ct);
            var changes = ChangeOthersAsync(seen, drained, ct);
            var answers = await reads.AskAsync(queries, () => drained.IsCompleted, ct);
            await drained;
            var took = Stopwatch.GetElapsedTime(started);
            await changes;
            return new BacklogResult(
                name, took, await WorkAsync(committedAt, ct), new Memory(before, await most, server.ResidentMiB()), seen,
                idle, answers);
        }
        finally
        {
            await TriggerSwitch.RestoreAsync(database, BulkLoad.Title, CancellationToken.None);
        }
    }

    private async Task UntilDrainedAsync(DateTime committedAt, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        while (await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from analytics.staging_changes where changed_at <= @committedAt)",
            new { committedAt }, cancellationToken: ct)))
            await Task.Delay(BetweenLooks, patience.Token);
    }

    private static async Task<double> MostMemoryAsync(ServerProcess server, Task drained, CancellationToken ct)
    {
        var most = 0.0;
        do
        {
            most = Math.Max(most, server.ResidentMiB());
            await Task.Delay(BetweenLooks, ct);
        }
        while (!drained.IsCompleted);
        return most;
    }

    /// <summary>Each second one of another user, from the start to the end of the backlog, until each has been seen.</summary>
    private async Task ChangeOthersAsync(Visibility seen, Task drained, CancellationToken ct)
    {
        await using var app = NpgsqlDataSource.Create(database.ConnectionString + ";Application Name=bench writes");
        await using var connection = await app.OpenConnectionAsync(ct);
        var others = Enumerable.Range(database.Size.HeavyUsers, database.Size.Users - database.Size.HeavyUsers)
            .Where(n => !BulkLoad.Imports(database.Size, n)).ToArray();
        new Random(1).Shuffle(others);
        var watching = new List<Task>();
        for (var i = 0; i < others.Length && !drained.IsCompleted; i++)
        {
            var user = await connection.ExecuteScalarAsync<Guid>($"select md5('user:{others[i]}')::uuid");
            if (await Write.FindAsync(app, user, ct) is { } target)
            {
                var before = await seen.ReadAsync(target, ct);
                await Write.CommitAsync(app, WriteKind.UpdateSet, target, ct);
                watching.Add(seen.WatchAsync(target, before, Stopwatch.GetTimestamp(), ct));
            }
            await Task.Delay(BetweenChanges, ct);
        }
        await Task.WhenAll(watching);
    }

    private async Task<WorkedOff> WorkAsync(DateTime since, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        return await connection.QuerySingleAsync<WorkedOff>(new CommandDefinition("""
            select count(*) filter (where r.kind = 'INCREMENTAL') as Drains,
                   coalesce(max(r.staged_changes) filter (where r.kind = 'INCREMENTAL'), 0) as LargestBatch,
                   coalesce(max(extract(epoch from r.ended_at - r.started_at)) filter (where r.kind = 'INCREMENTAL'), 0)::float8
                       * 1000 as LongestDrainMs,
                   count(*) filter (where r.kind = 'FULL') as FullRefreshes
            from analytics.refresh_runs as r
            where r.outcome = 'SUCCEEDED' and r.ended_at >= @since
            """, new { since }, cancellationToken: ct));
    }
}

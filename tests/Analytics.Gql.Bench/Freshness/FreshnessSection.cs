// What freshness costs a read while much is staged: of 50 users in one statement, on one connection, as the server asks it.
using System.Diagnostics;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Store;
using Analytics.Store.Readers;
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Bench.Freshness;

internal static class FreshnessSection
{
    private const double P95Ms = 10;
    private const int Users = 50, Calls = 500, WarmUps = 10;
    private const int Staged = 100_000;

    /// <summary>Where a call takes a second, fewer tell as much.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(BenchDatabase database, Report report, Progress progress, CancellationToken ct)
    {
        await new Drain(database.Primary).RunUntilEmptyAsync(ct);
        var users = await UsersAsync(database, ct);
        // Nobody asks about those for whom changes are staged.
        var (asked, others) = (users[..(users.Length / 2)], users[(users.Length / 2)..]);
        // Plans are made while the queue is empty, as in life, and kept until PostgreSQL counts its rows anew.
        await ExecuteAsync(database, "vacuum analyze analytics.staging_changes");
        var (empty, full, counted) = await progress.ShowAsync("freshness", async log =>
        {
            // One connection, so that each call finds its statement prepared.
            await using var reads = DataSources.Reads(
                database.ConnectionString + ";Maximum Pool Size=1", statementTimeout: TimeSpan.FromSeconds(30));
            var reader = new FreshnessReader(reads);
            log("nothing staged");
            var empty = await MeasureAsync(reader, asked, pending: false, ct);
            log($"staging {Staged:N0}");
            var stagedAt = await StageAsync(database, others, ct);
            try
            {
                var full = await MeasureAsync(reader, asked, pending: true, ct);
                await ExecuteAsync(database, "vacuum analyze analytics.staging_changes");
                return (empty, full, await MeasureAsync(reader, asked, pending: true, ct));
            }
            finally
            {
                await UnstageAsync(database, stagedAt);
            }
        });
        Print(report, empty, full, counted);
    }

    private static async Task<Durations> MeasureAsync(
        FreshnessReader reader, Guid[] users, bool pending, CancellationToken ct)
    {
        var random = new Random(1);
        var durations = new Durations();
        var begun = Stopwatch.GetTimestamp();
        for (var call = -WarmUps; call < Calls && Stopwatch.GetElapsedTime(begun) < Longest; call++)
        {
            random.Shuffle(users);
            var started = Stopwatch.GetTimestamp();
            var answer = await reader.ReadAsync(users[..Users], ReadSource.Incremental, ct);
            var took = Stopwatch.GetElapsedTime(started);
            // Beside a large queue nobody's sessions are looked up, and everybody is said to have something pending.
            if (answer.Count(f => f.Value.PendingChanges > 0 == pending) != Users)
                throw new InvalidOperationException(
                    $"Not every one of {Users} users is {(pending ? "pending" : "fresh")}: somebody else drains or writes here.");
            if (call >= 0)
                durations.Record(took);
        }
        return durations;
    }

    /// <summary>As the triggers stage sets: a user, a session and an exercise.</summary>
    /// <returns>When; the rows bear that instant and no other row does.</returns>
    private static async Task<DateTime> StageAsync(BenchDatabase database, Guid[] users, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        var stagedAt = await connection.ExecuteScalarAsync<DateTime>("select clock_timestamp() - interval '1 hour'");
        var staged = await connection.ExecuteAsync(new CommandDefinition("""
            insert into analytics.staging_changes (user_id, session_id, exercise_id, changed_at)
            select s.user_id, s.session_id, md5('exercise:' || k)::uuid,
                   @stagedAt::timestamptz + row_number() over () * interval '1 microsecond'
            from generate_series(0, 199) as k
            cross join (select s.user_id, s.session_id from core.sessions as s where s.user_id = any (@users)
                        limit @Staged) as s
            limit @Staged
            """, new { stagedAt, users, Staged }, cancellationToken: ct));
        return staged == Staged ? stagedAt : throw new InvalidOperationException($"Staged {staged} of {Staged} changes.");
    }

    private static async Task UnstageAsync(BenchDatabase database, DateTime stagedAt)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(CancellationToken.None);
        await connection.ExecuteAsync("""
            delete from analytics.staging_changes
            where changed_at between @stagedAt::timestamptz and @stagedAt::timestamptz + interval '1 second'
            """, new { stagedAt });
        await ExecuteAsync(database, "vacuum analyze analytics.staging_changes");
    }

    private static async Task ExecuteAsync(BenchDatabase database, string sql)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(CancellationToken.None);
        await connection.ExecuteAsync(sql);
    }

    private static void Print(Report report, Durations empty, Durations full, Durations counted)
    {
        report.Section("Freshness",
            $"Milliseconds for the freshness of {Users} users in one statement, {Calls} calls (or a minute) one after the "
            + "other over one connection with the server's own prepared text, planned while nothing was staged. Staged are "
            + "changes of other users' sets; no server and no drain beside it. 'Counted': after PostgreSQL has vacuumed "
            + "and analyzed the queue, and planned anew. The target is for p95.");
        var table = new MarkdownTable("staged changes", "calls", "p50", "p95", "p99", "times p95 of none", "target");
        Row("none", empty, target: null);
        Row($"{Staged:N0}", full, P95Ms);
        Row($"{Staged:N0}, counted", counted, P95Ms);
        report.Table(table);

        void Row(string staged, Durations d, double? target) => table.Row(
            staged, d.Count, d.P50Ms, d.P95Ms, d.P99Ms, d.P95Ms / empty.P95Ms,
            report.Judge($"p95 of freshness with staged changes: {staged}", d.P95Ms, target));
    }

    private static async Task<Guid[]> UsersAsync(BenchDatabase database, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            "select user_id from core.users order by user_id", cancellationToken: ct))];
    }
}

// Writes arrive at a rate; for some of them the time from COMMIT's return to the first answer that shows them.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Serving;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Latency;

internal sealed class LatencySection
{
    private const double P95Ms = 1000;
    private const int Writers = 16;
    private const int SamplesPerSecond = 10;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _database;
    private readonly Visibility _visibility;
    private readonly Guid[] _others;
    private readonly ConcurrentQueue<Guid> _watched;
    private readonly ConcurrentBag<Task> _watching = [];
    private readonly int _every;

    private LatencySection(NpgsqlDataSource database, Visibility visibility, Guid[] users, int rate)
    {
        (_database, _visibility) = (database, visibility);
        // A watched user is written to by nobody else until the write was seen.
        _watched = new ConcurrentQueue<Guid>(users.Take(users.Length / 2));
        _others = users[(users.Length / 2)..];
        _every = Math.Max(1, rate / SamplesPerSecond);
    }

    public static async Task RunAsync(
        BenchDatabase database, TimeSpan duration, int rate, Report report, Progress progress, CancellationToken ct)
    {
        await using var server = await ServerProcess.StartAsync(database.ConnectionString, ct);
        using var client = new GraphQLClient(server.Endpoint, connections: 64);
        await using var writes = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            ApplicationName = "bench writes",
            MaxAutoPrepare = 20,
        });
        var users = await UsersAsync(database, ct);
        await progress.ShowAsync("latency, warming up", _ => MeasureAsync(WarmUp));
        var (visibility, lateness, perSecond) = await progress.ShowAsync(
            $"latency at {rate} writes/s", _ => MeasureAsync(duration));
        Print(report, visibility, lateness, rate, perSecond);

        async Task<(Visibility, Durations, double)> MeasureAsync(TimeSpan span)
        {
            var visibility = new Visibility(client);
            var section = new LatencySection(writes, visibility, users, rate);
            var started = Stopwatch.GetTimestamp();
            var lateness = await OpenLoop.RunAsync(rate, span, Writers, number => section.WriteAsync(number, ct), ct);
            var perSecond = lateness.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
            await Task.WhenAll(section._watching);
            return (visibility, lateness, perSecond);
        }
    }

    private async Task WriteAsync(int number, CancellationToken ct)
    {
        var random = new Random(number);
        var kind = Write.Draw(random);
        var user = _others[random.Next(_others.Length)];
        var watch = number % _every == 0 && _watched.TryDequeue(out user);
        if (await Write.FindAsync(_database, user, ct) is not { } target)
            return;
        var before = watch ? await _visibility.ReadAsync(target, ct) : "";
        var written = await Write.CommitAsync(_database, kind, target, ct);
        if (watch && !written)
            throw new InvalidOperationException($"{kind} of {target} changed nothing: somebody else writes here. Stop them.");
        if (watch)
            _watching.Add(WatchAsync(target, before, Stopwatch.GetTimestamp(), ct));
    }

    private async Task WatchAsync(Target target, string before, long committed, CancellationToken ct)
    {
        await _visibility.WatchAsync(target, before, committed, ct);
        _watched.Enqueue(target.UserId);
    }

    private static void Print(Report report, Visibility seen, Durations lateness, int rate, double achieved)
    {
        report.Section("Latency",
            "Milliseconds from COMMIT's return to the first answer over HTTP that shows the write, asked every 10 ms. "
            + string.Create(CultureInfo.InvariantCulture, $"{achieved:N0} writes/s ({lateness.Count:N0} in all) to sets and sessions, ")
            + $"inserts, updates and deletes mixed, on a schedule over {Writers} connections; the server with its worker beside "
            + "them. The target is for p95.");
        var d = seen.Durations;
        report.Table(new MarkdownTable($"{rate} writes/s", "count", "p50", "p95", "p99", "max", "target")
            .Row("commit to answer", d.Count, d.P50Ms, d.P95Ms, d.P99Ms, d.MaxMs,
                report.Judge("p95 of commit to answer", d.P95Ms, P95Ms))
            .Row("begun late by", lateness.Count, lateness.P50Ms, lateness.P95Ms, lateness.P99Ms, lateness.MaxMs, "–"));
        report.Table(new MarkdownTable("never allowed", "count", "target")
            .Row("answers that lacked a commit and did not say so", seen.FalselyFresh,
                report.Judge("answers falsely fresh", seen.FalselyFresh, 0, ""))
            .Row("writes not seen within 30 s", seen.NeverSeen, report.Judge("writes never seen", seen.NeverSeen, 0, "")));
    }

    /// <summary>In random order.</summary>
    private static async Task<Guid[]> UsersAsync(BenchDatabase database, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        var users = (await connection.QueryAsync<Guid>("select user_id from core.users order by user_id")).ToArray();
        new Random(1).Shuffle(users);
        return users;
    }
}

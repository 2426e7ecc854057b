// Writes arrive at a rate; for some of them the time from COMMIT's return to the first answer that shows them.
using System.Collections.Concurrent;
using System.Diagnostics;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Serving;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Latency;

internal sealed class LatencySection
{
    /// <summary>What the product promises at these rates, for p95; other rates are there to be looked at.</summary>
    private static readonly Dictionary<int, double> TargetsMs = new() { [100] = 1000, [200] = 500 };

    private const int Writers = 16;
    private const int SamplesPerSecond = 10;
    private const int WarmUpRate = 100;
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

    /// <param name="Lateness">How late writes were begun.</param>
    private sealed record Result(int Rate, double PerSecond, Visibility Seen, Durations Lateness);

    public static async Task RunAsync(
        BenchDatabase database, TimeSpan duration, IReadOnlyList<int> rates, Report report, Progress progress,
        CancellationToken ct)
    {
        await using var server = await ServerProcess.StartAsync(database.ConnectionString, ct);
        using var client = new GraphQLClient(server.Endpoint, connections: 64);
        await using var writes = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            ApplicationName = "bench writes",
            MaxAutoPrepare = 20,
        });
        var users = await UsersAsync(database, ct);
        await progress.ShowAsync("latency, warming up", _ => MeasureAsync(WarmUpRate, WarmUp));
        var results = new List<Result>();
        foreach (var rate in rates)
            results.Add(await progress.ShowAsync($"latency at {rate} writes/s", _ => MeasureAsync(rate, duration)));
        Print(report, results);

        async Task<Result> MeasureAsync(int rate, TimeSpan span)
        {
            var visibility = new Visibility(client);
            var section = new LatencySection(writes, visibility, users, rate);
            var started = Stopwatch.GetTimestamp();
            var lateness = await OpenLoop.RunAsync(rate, span, Writers, number => section.WriteAsync(number, ct), ct);
            var perSecond = lateness.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
            await Task.WhenAll(section._watching);
            await database.UntilDrainedAsync(ct);
            return new Result(rate, perSecond, visibility, lateness);
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

    private static void Print(Report report, IReadOnlyList<Result> results)
    {
        report.Section("Latency",
            "Milliseconds from COMMIT's return to the first answer over HTTP that shows the write, asked every 10 ms. "
            + "Writes to sets and sessions, inserts, updates and deletes mixed, arrive on a schedule over "
            + $"{Writers} connections, whether or not those before are done; the server with its worker beside them. "
            + $"About {SamplesPerSecond} a second are watched. The target is for p95.");
        var latency = new MarkdownTable(
            "writes/s", "reached", "watched", "p50", "p95", "p99", "max", "begun late p95", "target");
        foreach (var (rate, perSecond, seen, lateness) in results)
            latency.Row(rate, perSecond, seen.Durations.Count, seen.Durations.P50Ms, seen.Durations.P95Ms,
                seen.Durations.P99Ms, seen.Durations.MaxMs, lateness.P95Ms,
                report.Judge($"p95 of commit to answer at {rate} writes/s", seen.Durations.P95Ms, TargetMs(rate)));
        report.Table(latency);
        var never = new MarkdownTable("never allowed", "answers that lacked a commit and did not say so", "target",
            "writes not seen within 30 s", "target");
        foreach (var (rate, _, seen, _) in results)
            never.Row($"at {rate} writes/s",
                seen.FalselyFresh, report.Judge($"answers falsely fresh at {rate} writes/s", seen.FalselyFresh, 0, ""),
                seen.NeverSeen, report.Judge($"writes never seen at {rate} writes/s", seen.NeverSeen, 0, ""));
        report.Table(never);
    }

    private static double? TargetMs(int rate) => TargetsMs.TryGetValue(rate, out var target) ? target : null;

    /// <summary>In random order.</summary>
    private static async Task<Guid[]> UsersAsync(BenchDatabase database, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        var users = (await connection.QueryAsync<Guid>("select user_id from core.users order by user_id")).ToArray();
        new Random(1).Shuffle(users);
        return users;
    }
}

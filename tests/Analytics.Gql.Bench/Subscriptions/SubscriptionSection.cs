// What open subscriptions hold in memory, and how soon an event is with all who wait for it, some of whom do not read.
using System.Diagnostics;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Serving;
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Bench.Subscriptions;

internal static class SubscriptionSection
{
    private const int Open = 10_000;

    /// <summary>Of one user; the others of other users, who do nothing.</summary>
    private const int Listeners = 1_000;

    /// <summary>Of the listeners: they leave what they are sent where it is.</summary>
    private const int Deaf = 100;
    private const int Events = 10, AtOnce = 32;

    /// <summary>From the commit to the last of the listeners.</summary>
    private const double LastMs = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private sealed record Measured(double BeforeMiB, double OpenMiB, double AfterMiB, Durations Each, Durations Last)
    {
        public double KiBEach => (OpenMiB - BeforeMiB) * 1024 / Open;
    }

    public static async Task RunAsync(BenchDatabase database, Report report, Progress progress, CancellationToken ct)
    {
        await new Drain(database.Primary).RunUntilEmptyAsync(ct);
        report.Section("Open subscriptions",
            $"{Open:N0} clients of one server with a subscription each, one connection each; {Listeners:N0} of them to one "
            + $"user, of whom {Deaf} do not read. {Events} changes of that user, one after the other; milliseconds from the "
            + $"commit until each of the {Listeners - Deaf} others has its event (drained every 250 ms). Memory is what the "
            + "server's process has resident: before the first, with all open, and after the events. The target is for the "
            + "last of them.");
        var table = new MarkdownTable(
            "transport", "MiB before", "MiB open", "KiB each", "MiB after", "p50", "p95", "last p50", "last max", "target");
        foreach (var transport in Enum.GetValues<Transport>())
        {
            var measured = await progress.ShowAsync(
                $"{transport}", log => MeasureAsync(database, transport, log, ct));
            table.Row(
                transport == Transport.Socket ? "WebSocket" : "event stream",
                measured.BeforeMiB, measured.OpenMiB, measured.KiBEach, measured.AfterMiB,
                measured.Each.P50Ms, measured.Each.P95Ms, measured.Last.P50Ms, measured.Last.MaxMs,
                report.Judge($"the last of {Listeners:N0} has its event ({transport})", measured.Last.MaxMs, LastMs));
        }
        report.Table(table);
    }

    private static async Task<Measured> MeasureAsync(
        BenchDatabase database, Transport transport, Action<string> log, CancellationToken ct)
    {
        var (session, user, others) = await SubjectsAsync(database, ct);
        await using var server = await ServerProcess.StartAsync(
            database.ConnectionString, ct,
            $"--Analytics:Subscriptions:MaxConnections={2 * Open}", $"--Analytics:Subscriptions:MaxConnectionsPerUser={2 * Open}");
        var open = new List<OpenSubscription>();
        try
        {
            // What the server loads once is not the clients' doing.
            for (var warm = 0; warm < AtOnce; warm++)
                using (await OpenSubscription.OpenAsync(transport, server.Endpoint, user, ct))
                {
                }
            var before = server.ResidentMiB();
            log($"opening {Open:N0}");
            while (open.Count < Open)
                open.AddRange(await Task.WhenAll(Enumerable.Range(open.Count, AtOnce).TakeWhile(n => n < Open).Select(n =>
                    OpenSubscription.OpenAsync(
                        transport, server.Endpoint, n < Listeners ? user : others[n % others.Length], ct))));
            await UntilSubscribedAsync(database, session, open[Deaf..Listeners], ct);
            var resident = server.ResidentMiB();
            log("telling");
            var (each, last) = (new Durations(), new Durations());
            for (var change = 0; change < Events; change++)
            {
                var (committed, arrivals) = await TellAsync(database, session, open[Deaf..Listeners], ct);
                foreach (var arrival in arrivals)
                    each.Record(Stopwatch.GetElapsedTime(committed, arrival));
                last.Record(Stopwatch.GetElapsedTime(committed, arrivals.Max()));
            }
            return new Measured(before, resident, server.ResidentMiB(), each, last);
        }
        finally
        {
            open.ForEach(client => client.Dispose());
        }
    }

    /// <summary>A client of a socket is not told that it is subscribed: it is when it hears.</summary>
    private static async Task UntilSubscribedAsync(
        BenchDatabase database, Guid session, List<OpenSubscription> listeners, CancellationToken ct)
    {
        var heard = listeners.Select(client => client.AfterAsync(0, ct)).ToList();
        while (heard.Any(task => !task.IsCompletedSuccessfully))
        {
            await ChangeAsync(database, session, ct);
            await Task.WhenAny(Task.WhenAll(heard), Task.Delay(TimeSpan.FromSeconds(2), ct));
            if (heard.FirstOrDefault(task => task.IsFaulted) is { } fault)
                await fault;
        }
    }

    private static async Task<(long Committed, long[] Arrivals)> TellAsync(
        BenchDatabase database, Guid session, List<OpenSubscription> listeners, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        // What was written before has been told: the number of the next drain is this change's.
        while (await connection.ExecuteScalarAsync<bool>("select exists (select from analytics.staging_changes)"))
            await Task.Delay(TimeSpan.FromMilliseconds(20), ct);
        var drained = await connection.ExecuteScalarAsync<long>("select drain_number from analytics.refresh_state");
        var waiting = listeners.Select(client => client.AfterAsync(drained, ct).WaitAsync(Patience, ct)).ToList();
        await ChangeAsync(database, session, ct);
        var committed = Stopwatch.GetTimestamp();
        return (committed, await Task.WhenAll(waiting));
    }

    private static async Task ChangeAsync(BenchDatabase database, Guid session, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update core.sessions set updated_at = now() where session_id = @session", new { session }, cancellationToken: ct));
    }

    /// <returns>A session, its user, and everyone else.</returns>
    private static async Task<(Guid Session, Guid User, Guid[] Others)> SubjectsAsync(BenchDatabase database, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        var (session, user) = await connection.QueryFirstAsync<(Guid, Guid)>(
            "select s.session_id, s.user_id from core.sessions as s order by s.session_id limit 1");
        return (session, user, [.. await connection.QueryAsync<Guid>(
            "select u.user_id from core.users as u where u.user_id <> @user", new { user })]);
    }
}

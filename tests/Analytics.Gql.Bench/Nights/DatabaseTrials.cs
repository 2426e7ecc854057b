// What happens to the databases: killed, promoted, behind, cut off, stalled.
using Dapper;

namespace Analytics.Gql.Bench.Nights;

internal sealed class DatabaseTrials(NightRig rig)
{
    private static readonly TimeSpan While = TimeSpan.FromSeconds(6);

    private int Primary => rig.Cluster.Primary;

    private int AReplica => Replicas.First();

    private IEnumerable<int> Replicas => Enumerable.Range(0, rig.Cluster.Count).Where(m => m != Primary && rig.Cluster.IsRunning(m));

    /// <returns>Each returns when what happened is over, or mended.</returns>
    public async Task KillReplicaAsync(CancellationToken ct)
    {
        var replica = AReplica;
        await rig.Cluster.KillAsync(replica);
        await Task.Delay(While, ct);
        await rig.Cluster.StartMemberAsync(replica, ct);
    }

    public async Task PauseReplayAsync(CancellationToken ct)
    {
        // Longer than a replica may be behind without being called stale.
        foreach (var replica in Replicas) await rig.ExecuteAsync(replica, "select pg_wal_replay_pause()");
        await Task.Delay(While * 2, ct);
        foreach (var replica in Replicas) await rig.ExecuteAsync(replica, "select pg_wal_replay_resume()");
    }

    public Task CutReplicaAsync(CancellationToken ct) => CutAsync(AReplica, ct);

    public Task CutPrimaryAsync(CancellationToken ct) => CutAsync(Primary, ct);

    public async Task StallReplicaAsync(CancellationToken ct)
    {
        var proxy = rig.Proxies[AReplica];
        proxy.Stall();
        await Task.Delay(While, ct);
        proxy.Heal();
    }

    /// <summary>A lock that replicas replay: whoever reads sets waits for it, everywhere.</summary>
    public async Task StallQueriesAsync(CancellationToken ct)
    {
        await using var source = rig.At(Primary);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("lock table core.sessions in access exclusive mode", cancellationToken: ct));
        await Task.Delay(While, ct);
        await transaction.RollbackAsync(ct);
    }

    /// <summary>Many more requests at once than connections.</summary>
    public async Task FillPoolAsync(CancellationToken ct)
    {
        const int atOnce = 300;
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = atOnce });
        var endpoint = new Uri(rig.Front.Address, "graphql");
        var until = DateTime.UtcNow + While;
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async n =>
        {
            while (DateTime.UtcNow < until)
            {
                var (error, wrong, _) = await NightReader.AskAsync(http, endpoint, rig.Users[n % rig.Users.Count], fresh: false, ct);
                rig.Tally.Answered(false, error, wrong, TimeSpan.Zero);
            }
        }));
    }

    public async Task KillPrimaryAndPromoteAsync(CancellationToken ct)
    {
        var dead = Primary;
        await rig.Cluster.KillAsync(dead);
        await Task.Delay(TimeSpan.FromSeconds(2), ct); // until somebody has decided to
        var candidates = new List<(int Member, long Received)>();
        foreach (var replica in Replicas)
            candidates.Add((replica, await rig.AskAsync<long>(
                replica, "select (pg_last_wal_receive_lsn() - '0/0'::pg_lsn)::bigint", ct)));
        var promoted = candidates.MaxBy(c => c.Received).Member;
        var others = Replicas.Where(r => r != promoted).ToList();
        await rig.ExecuteAsync(promoted, "select pg_promote()");
        rig.Cluster.Promoted(promoted);
        foreach (var other in others)
            await rig.ExecuteAsync(
                other, $"alter system set primary_conninfo = '{rig.Cluster.FollowingOf(promoted)}'", "select pg_reload_conf()");
        rig.Cluster.Forget(dead);
        await rig.Cluster.StartMemberAsync(dead, ct);
    }

    private async Task CutAsync(int member, CancellationToken ct)
    {
        rig.Proxies[member].Cut();
        await Task.Delay(While, ct);
        rig.Proxies[member].Heal();
    }
}

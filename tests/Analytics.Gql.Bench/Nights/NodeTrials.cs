// What happens to the nodes: killed in a drain, restarted one by one, replaced by a newer version.

namespace Analytics.Gql.Bench.Nights;

internal sealed class NodeTrials(NightRig rig)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Each time the one that holds the drain's lock, found by its connection.</summary>
    public async Task KillInDrainAsync(CancellationToken ct)
    {
        var user = Guid.NewGuid();
        await rig.ExecuteAsync(rig.Cluster.Primary, $"insert into core.users (user_id, display_name) values ('{user}', 'Busy')");
        foreach (var node in rig.All)
        {
            // Enough for several batches.
            await rig.ExecuteAsync(rig.Cluster.Primary, $"""
                insert into core.sessions (user_id, activity_type, started_at)
                select '{user}', 'run', timestamptz '2025-01-01Z' + n * interval '1 hour' from generate_series(1, 6000) as n
                """);
            await UntilAsync("""
                select exists (select from pg_stat_activity where query like '%analytics.drain(%' and state = 'active' and pid <> pg_backend_pid())
                """, ct);
            await node.KillAsync();
            await Task.Delay(TimeSpan.FromSeconds(1), ct);
            await node.StartAsync(ct);
        }
        await UntilAsync(
            $"select not exists (select from analytics.staging_changes where user_id = '{user}')", ct);
    }

    public async Task RestartAllAsync(CancellationToken ct)
    {
        foreach (var node in rig.All)
        {
            await node.StopAsync(ct);
            await node.StartAsync(ct);
            await AllReadyAsync(ct);
        }
    }

    /// <summary>The database first, while the old version serves; then node by node.</summary>
    public async Task UpgradeAsync(CancellationToken ct)
    {
        await NodeProcess.RunAsync(NodeProcess.OwnAssembly, "migrate", rig.Settings, ct);
        await Task.Delay(TimeSpan.FromSeconds(3), ct);
        foreach (var node in rig.All)
        {
            await node.StopAsync(ct);
            node.Assembly = NodeProcess.OwnAssembly;
            await node.StartAsync(ct);
            await AllReadyAsync(ct);
        }
    }

    private async Task AllReadyAsync(CancellationToken ct)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!rig.Front.AllReady)
        {
            if (DateTime.UtcNow > deadline) throw new TimeoutException("A node that was started did not become ready.");
            await Task.Delay(Poll, ct);
        }
    }

    private async Task UntilAsync(string condition, CancellationToken ct)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await rig.AskAsync<bool>(rig.Cluster.Primary, condition, ct))
        {
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"Not within {Patience}: {condition}");
            await Task.Delay(Poll, ct);
        }
    }
}

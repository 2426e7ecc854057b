// A standby takes over, and may lack the primary's last drains: their numbers are not given out a second time. A primary
// that comes back as it was counts on.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Gql.Tests.LocalPostgres;
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;

namespace Analytics.Gql.Tests.Recovery;

public sealed class PromotedStandbyTests
{
    [InstalledPostgresFact]
    public async Task After_a_restart_drains_are_counted_on_and_after_a_promotion_with_a_gap()
    {
        await using var cluster = await ReplicatedCluster.StartAsync(replicas: 1, CancellationToken.None);
        await using var primary = At(cluster, 0);
        await Migrator.MigrateAsync(primary.ConnectionString + ";Pooling=false", log: null, CancellationToken.None);
        Assert.Equal(1, await DrainAsync(primary));

        await cluster.KillAsync(0);
        primary.DataSource.Clear();
        await cluster.StartMemberAsync(0, CancellationToken.None);
        Assert.Equal(2, await DrainAsync(primary));

        await using var standby = At(cluster, 1);
        await standby.UntilAsync("select drain_number = 2 from analytics.refresh_state");
        await cluster.KillAsync(0);
        Assert.True(await standby.ScalarAsync<bool>("select pg_promote()"));
        cluster.Promoted(1);
        var number = await DrainAsync(standby);
        Assert.True(number > 1_000_000_000, $"{number}");
        Assert.Equal(number + 1, await DrainAsync(standby));
    }

    private static TestDatabase At(ReplicatedCluster cluster, int member) => new(
        cluster.ConnectionStringFor(member, "postgres"), new TestLogins("promoted"), () => Task.CompletedTask);

    /// <summary>Something changes and is drained.</summary>
    private static async Task<long?> DrainAsync(TestDatabase database)
    {
        var workouts = new Workouts(database);
        await workouts.SessionAsync(await workouts.UserAsync(), "2026-03-04T10:00:00Z");
        return (await workouts.DrainAsync()).Number;
    }
}

// The poll of the mode and a look by somebody who has just switched it.
using Analytics.Gql.Refresh;
using Analytics.Store.Refresh;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class ModeMonitorTests : RaceTest
{
    /// <summary>The first look at the state has its snapshot and waits; the mode changes, and somebody looks again.</summary>
    [Fact]
    public async Task A_look_that_began_before_a_switch_does_not_bring_the_former_mode_back()
    {
        await Database.ExecuteAsync("""
            create sequence analytics.looks;
            alter table analytics.refresh_state rename to refresh_state_itself;
            create view analytics.refresh_state as
            select s.* from analytics.refresh_state_itself as s
            where (case when nextval('analytics.looks') = 1 then pg_advisory_xact_lock_shared(1)::text end) is distinct from 'never'
            """);
        using var monitor = new ModeMonitor(
            new RefreshControl(Database.DataSource), Database.DataSource, TimeProvider.System, NullLogger<ModeMonitor>.Instance);
        await using var holder = await ConnectAsync();
        await holder.ExecuteAsync("select pg_advisory_lock(1)");
        var before = monitor.LookAsync(CancellationToken.None);
        await UntilBlockedAsync(unless: before);

        await Database.ExecuteAsync("update analytics.refresh_state_itself set mode = 'Live'");
        var after = monitor.LookAsync(CancellationToken.None);
        // One that does not wait for the look before it ends meanwhile.
        await Task.WhenAny(after, Task.Delay(TimeSpan.FromMilliseconds(500)));
        await holder.ExecuteAsync("select pg_advisory_unlock(1)");
        await Task.WhenAll(before, after);
        Assert.Equal(RefreshMode.Live, monitor.Status.Mode);
    }
}

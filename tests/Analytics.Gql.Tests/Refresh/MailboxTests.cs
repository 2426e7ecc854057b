// A slow subscriber's queue: bounded, merged, and nothing of it lost.
using Analytics.Gql.Refresh;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Tests.Refresh;

public sealed class MailboxTests
{
    private static readonly Guid User = Guid.NewGuid();
    private static readonly DateTime At = new(2026, 3, 4, 10, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Events_come_one_by_one_while_there_is_room()
    {
        var mailbox = new Mailbox(3);
        for (var n = 1; n <= 3; n++) mailbox.Post(Change(n));
        for (var n = 1; n <= 3; n++) Assert.Equal(n, (await mailbox.TakeAsync(default)).DrainNumber);
        Assert.Equal(0, mailbox.Count);
    }

    [Fact]
    public async Task Past_the_bound_the_newest_are_merged_and_name_all_that_they_named()
    {
        var mailbox = new Mailbox(2);
        for (var n = 1; n <= 4; n++) mailbox.Post(Change(n));
        Assert.Equal(2, mailbox.Count);
        Assert.Equal(1, (await mailbox.TakeAsync(default)).DrainNumber);
        var merged = await mailbox.TakeAsync(default);
        Assert.Equal((4, At.AddSeconds(4)), (merged.DrainNumber, merged.RefreshedAt));
        Assert.Equal([Week(2), Week(3), Week(4)], merged.Weeks);
        Assert.Equal(3, merged.SessionIds.Count);
    }

    [Fact]
    public async Task What_is_merged_with_everything_is_everything()
    {
        var mailbox = new Mailbox(1);
        mailbox.Post(Change(1) with { Weeks = [], SessionIds = [] });
        mailbox.Post(Change(2));
        var merged = await mailbox.TakeAsync(default);
        Assert.Equal((2, 0, 0), (merged.DrainNumber, merged.Weeks.Count, merged.SessionIds.Count));
    }

    [Theory]
    [InlineData(Mailbox.MostKeys, Mailbox.MostKeys)]
    [InlineData(Mailbox.MostKeys + 1, 0)]
    public async Task More_than_the_most_names_are_everything(int named, int told)
    {
        var mailbox = new Mailbox(1);
        mailbox.Post(Change(1) with { Weeks = [], SessionIds = [Guid.NewGuid()] });
        mailbox.Post(Change(2) with { Weeks = [], SessionIds = [.. Enumerable.Range(1, named - 1).Select(_ => Guid.NewGuid())] });
        Assert.Equal(told, (await mailbox.TakeAsync(default)).SessionIds.Count);
    }

    [Fact]
    public async Task Who_waits_gets_the_next_event_and_may_give_up()
    {
        var mailbox = new Mailbox(2);
        var waiting = mailbox.TakeAsync(default).AsTask();
        Assert.False(waiting.IsCompleted);
        mailbox.Post(Change(1));
        Assert.Equal(1, (await waiting).DrainNumber);
        using var patience = new CancellationTokenSource();
        var inVain = mailbox.TakeAsync(patience.Token).AsTask();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => inVain);
    }

    private static RefreshEvent Change(int n) => new(n, User, At.AddSeconds(n), [Week(n)], [Guid.NewGuid()]);

    private static DateOnly Week(int n) => new DateOnly(2026, 1, 5).AddDays(7 * n);
}

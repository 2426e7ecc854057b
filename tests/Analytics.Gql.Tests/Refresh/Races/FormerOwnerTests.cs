// Rule 8: whose a session is, core decides in the statement that reads it; its former owner is not shown it any more.
using Analytics.Store.Readers;

namespace Analytics.Gql.Tests.Refresh.Races;

public sealed class FormerOwnerTests : RaceTest
{
    private static readonly DateOnly Monday = new(2026, 3, 2);

    [Theory]
    [InlineData(ReadSource.Incremental)]
    [InlineData(ReadSource.Matview)]
    public async Task A_page_does_not_show_a_session_that_changed_hands_to_its_former_owner(ReadSource source)
    {
        var (folded, _) = await MovedAsync();
        var request = new SessionPageRequest(
            folded.User, new SessionFilter(), SessionOrder.StartedAtDesc, 10, Backward: false, Cursor: null);
        var reader = new SessionPagesReader(Database.DataSource);
        var pages = await reader.ReadAsync([request], source, CancellationToken.None);
        Assert.Empty(pages[request].Sessions);
        Assert.True(pages[request].Freshness.PendingChanges > 0);
    }

    [Theory]
    [InlineData(ReadSource.Incremental)]
    [InlineData(ReadSource.Matview)]
    public async Task Nor_does_a_week(ReadSource source)
    {
        var (folded, _) = await MovedAsync();
        var weeks = await new SessionSummariesReader(Database.DataSource).ReadWeeksAsync(
            [new UserWeek(folded.User, Monday, WeekCalendar.Iso)], mostPerWeek: 10, source, CancellationToken.None);
        Assert.Empty(weeks.Values.SelectMany(w => w));
    }

    [Fact]
    public async Task A_session_asked_for_by_id_names_its_present_owner()
    {
        var (folded, newOwner) = await MovedAsync();
        var sessions = await new SessionSummariesReader(Database.DataSource).ReadAsync(
            [folded.Session], ReadSource.Incremental, CancellationToken.None);
        Assert.Equal(newOwner, sessions[folded.Session].UserId);
    }

    [Fact]
    public async Task Trusting_the_aggregates_user_shows_it_to_its_former_owner()
    {
        var (folded, newOwner) = await MovedAsync();
        Assert.Equal([folded.Session], await ByAggregateAsync(folded.User));
        Assert.Empty(await ByAggregateAsync(newOwner));
    }

    [Fact]
    public async Task Looking_up_the_owner_in_a_statement_before_shows_it_to_its_former_owner()
    {
        var folded = await FoldedAsync(intoMatview: true);
        var allowed = await Database.QueryAsync<Guid>(
            "select session_id from core.sessions where user_id = @User", new { folded.User });
        await ChangeHandsAsync(folded);
        Assert.Equal([folded.Session], await Database.QueryAsync<Guid>("""
            select s.session_id from analytics.session_summary_current as s where s.session_id = any (@allowed)
            """, new { allowed = allowed.ToArray() }));
    }

    private async Task<(Folded, Guid NewOwner)> MovedAsync()
    {
        var folded = await FoldedAsync(intoMatview: true);
        return (folded, await ChangeHandsAsync(folded));
    }

    private Task<IReadOnlyList<Guid>> ByAggregateAsync(Guid user) => Database.QueryAsync<Guid>(
        "select s.session_id from analytics.session_summary_current as s where s.user_id = @user", new { user });
}

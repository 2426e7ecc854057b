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
        Assert.Empty(await PageAsync(folded.User, source));
    }

    [Theory]
    [InlineData(ReadSource.Incremental)]
    [InlineData(ReadSource.Matview)]
    public async Task Nor_does_a_week(ReadSource source)
    {
        var (folded, _) = await MovedAsync();
        Assert.Empty(await WeekAsync(folded.User, source));
    }

    [Theory]
    [InlineData(ReadSource.Incremental)]
    [InlineData(ReadSource.Matview)]
    public async Task One_that_was_only_given_another_start_is_shown_to_its_owner_until_it_is_folded_in(ReadSource source)
    {
        var folded = await FoldedAsync(intoMatview: true);
        await Database.ExecuteAsync(
            "update core.sessions set started_at = started_at - interval '30 days' where session_id = @Session", new { folded.Session });
        Assert.Equal([folded.Session], await PageAsync(folded.User, source));
        Assert.Equal([folded.Session], await WeekAsync(folded.User, source));
    }

    [Fact]
    public async Task Of_a_week_with_more_sessions_than_are_asked_for_the_newest_are_shown_and_none_that_changed_hands()
    {
        var folded = await FoldedAsync();
        var sessions = new List<Guid> { folded.Session };
        for (var hour = 11; hour < 16; hour++) sessions.Add(await Workouts.SessionAsync(folded.User, $"2026-03-04T{hour}:00:00Z"));
        await Workouts.DrainAsync();
        await Database.ExecuteAsync("update core.sessions set user_id = @other where session_id = @newest",
            new { other = await Workouts.UserAsync("Grace"), newest = sessions[^1] });
        await Database.ExecuteAsync("update core.sessions set started_at = started_at - interval '30 days' where session_id = @moved",
            new { moved = sessions[^2] });
        Assert.Equal([sessions[^2], sessions[^3]], await WeekAsync(folded.User, ReadSource.Incremental, mostPerWeek: 2));
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

    /// <summary>The sessions of a page, which says that it is not up to date.</summary>
    private async Task<IEnumerable<Guid>> PageAsync(Guid user, ReadSource source)
    {
        var request = new SessionPageRequest(user, new SessionFilter(), SessionOrder.StartedAtDesc, 10, Backward: false, Cursor: null);
        var pages = await new SessionPagesReader(Database.DataSource).ReadAsync([request], source, CancellationToken.None);
        Assert.True(pages[request].Freshness.PendingChanges > 0);
        return pages[request].Sessions.Select(s => s.Session.SessionId);
    }

    private async Task<IEnumerable<Guid>> WeekAsync(Guid user, ReadSource source, int mostPerWeek = 10)
    {
        var weeks = await new SessionSummariesReader(Database.DataSource).ReadWeeksAsync(
            [new UserWeek(user, Monday, WeekCalendar.Iso)], mostPerWeek, source, CancellationToken.None);
        return weeks.Values.SelectMany(week => week).Select(s => s.SessionId);
    }

    private async Task<(Folded, Guid NewOwner)> MovedAsync()
    {
        var folded = await FoldedAsync(intoMatview: true);
        return (folded, await ChangeHandsAsync(folded));
    }

    private Task<IReadOnlyList<Guid>> ByAggregateAsync(Guid user) => Database.QueryAsync<Guid>(
        "select s.session_id from analytics.session_summary_current as s where s.user_id = @user", new { user });
}

// A GET whose answer has not changed is answered 304, and one whose answer may have is executed.
using System.Net.Http.Headers;
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Tests.Http;

public sealed class ConditionalGetFixture : ServerFixture
{
    public Guid Ada { get; private set; }
    public Guid Grace { get; private set; }
    public Guid Squat { get; private set; }
    public Guid AdasSession { get; private set; }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (Ada, Grace, Squat) = (await Workouts.UserAsync(), await Workouts.UserAsync("Grace"), await Workouts.ExerciseAsync());
        AdasSession = await Workouts.SessionAsync(Ada, "2026-03-04T10:00:00Z");
        await Workouts.SetAsync(AdasSession, Squat, 5, 100m);
        await Workouts.SetAsync(await Workouts.SessionAsync(Grace, "2026-03-04T10:00:00Z"), Squat, 5, 100m);
        await FreshAsync();
    }

    public async Task<HttpResponseMessage> GetAsync(string query, object? variables = null, EntityTagHeaderValue? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(query, variables));
        if (tag is not null) request.Headers.IfNoneMatch.Add(tag);
        return await Http.SendAsync(request);
    }

    public static Uri Address(string query, object? variables = null) => new(
        $"/graphql?query={Uri.EscapeDataString(query)}"
        + (variables is null ? "" : $"&variables={Uri.EscapeDataString(JsonSerializer.Serialize(variables))}"),
        UriKind.Relative);

    /// <summary>The tag of an answer that must have one.</summary>
    public async Task<EntityTagHeaderValue> TagAsync(string query, object? variables = null)
    {
        using var response = await GetAsync(query, variables);
        Assert.Equal(200, (int)response.StatusCode);
        return response.Headers.ETag ?? throw new InvalidOperationException($"No ETag: {await response.Content.ReadAsStringAsync()}");
    }

    public async Task<int> StatusAsync(string query, object? variables, EntityTagHeaderValue tag)
    {
        using var response = await GetAsync(query, variables, tag);
        return (int)response.StatusCode;
    }
}

public sealed class ConditionalGetTests(ConditionalGetFixture server) : IClassFixture<ConditionalGetFixture>
{
    private const string Weeks = """
        query ($id: ID!) { weeklyAggregates(userId: $id, from: "2026-03-02", to: "2026-03-08") {
          nodes { totalVolumeKg sessions { title } } freshness { asOf isStale pendingChanges } } }
        """;

    private object Ada => new { id = server.Ada };

    [Theory]
    [InlineData("query ($id: ID!) { weeklyAggregates(userId: $id, from: \"2026-03-02\", to: \"2026-03-08\") { nodes { sessionCount } totals { setCount } freshness { lagS } } }")]
    [InlineData("query ($id: ID!) { sessionSummaries(userId: $id) { edges { cursor node { title } } pageInfo { endCursor } } }")]
    [InlineData("query ($id: ID!) { personalRecords(userId: $id) { nodes { maxWeightKg maxWeightSession { title } } } }")]
    [InlineData("query ($id: ID!) { user(id: $id) { displayName freshness { asOf } } }")]
    [InlineData("query ($id: ID!) { users(ids: [$id]) { ...Named } freshness(userId: $id) { isStale } } fragment Named on User { displayName }")]
    [InlineData("query ($id: ID!) { weeklyAggregates(userId: $id, from: \"2026-03-02\", to: \"2026-03-08\", consistency: FRESH) { nodes { sessionCount } } }")]
    public async Task What_depends_on_its_users_alone_is_not_modified_until_one_of_them_is(string query)
    {
        var tag = await server.TagAsync(query, Ada);
        using var again = await server.GetAsync(query, Ada, tag);
        Assert.Equal(304, (int)again.StatusCode);
        Assert.Equal(tag, again.Headers.ETag);
        Assert.Equal("no-cache, private", again.Headers.CacheControl!.ToString());
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        Assert.True(tag.IsWeak);

        await server.Workouts.SessionAsync(server.Grace, "2026-03-05T10:00:00Z");
        await server.FreshAsync();
        Assert.Equal(304, await server.StatusAsync(query, Ada, tag));

        await server.Workouts.SetAsync(server.AdasSession, server.Squat, 5, 60m);
        await server.FreshAsync();
        using var changed = await server.GetAsync(query, Ada, tag);
        Assert.Equal(200, (int)changed.StatusCode);
        Assert.NotEqual(tag, changed.Headers.ETag);
    }

    [Theory]
    [InlineData("query ($id: ID!) { personalRecords(userId: $id) { nodes { exercise { name } } } }")]
    [InlineData("query ($id: ID!) { user(id: $id) { id } freshness { asOf } }")]
    [InlineData("query ($id: ID!) { user(id: $id) { id } refreshRuns(first: 1) { id } }")]
    [InlineData("query ($id: ID!) { user(id: $id) { id } __schema { queryType { name } } }")]
    [InlineData("query ($id: ID!) { sessionSummary(sessionId: $id) { title } }")]
    [InlineData("query ($id: ID! = \"00000000-0000-0000-0000-000000000001\") { __typename }")]
    public async Task What_depends_on_more_has_no_tag(string query)
    {
        using var response = await server.GetAsync(query, Ada);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Null(response.Headers.ETag);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task A_changed_name_is_seen()
    {
        const string query = "query ($ids: [ID!]!) { users(ids: $ids) { displayName } }";
        var variables = new { ids = new[] { server.Ada, server.Grace } };
        var tag = await server.TagAsync(query, variables);
        Assert.Equal(304, await server.StatusAsync(query, variables, tag));
        await server.Database.ExecuteAsync("update core.users set display_name = display_name || '!' where user_id = @id", new { id = server.Grace });
        Assert.Equal(200, await server.StatusAsync(query, variables, tag));
    }

    [Fact]
    public async Task What_is_pending_is_seen_and_what_runs_meanwhile_has_no_tag()
    {
        const string fresh = "query ($id: ID!) { weeklyAggregates(userId: $id, from: \"2026-03-02\", to: \"2026-03-08\", consistency: FRESH) { nodes { setCount } } }";
        const string lag = "query ($id: ID!) { freshness(userId: $id) { lagS } }";
        var (before, beforeFresh) = (await server.TagAsync(Weeks, Ada), await server.TagAsync(fresh, Ada));
        EntityTagHeaderValue pending;
        await using (await server.HoldDrainsAsync())
        {
            await server.Workouts.SetAsync(server.AdasSession, server.Squat, 5, 70m);
            Assert.Equal(200, await server.StatusAsync(fresh, Ada, beforeFresh));
            pending = await server.TagAsync(Weeks, Ada);
            Assert.NotEqual(before, pending);
            Assert.Equal(304, await server.StatusAsync(Weeks, Ada, pending));
            await server.Workouts.SetAsync(server.AdasSession, server.Squat, 5, 80m);
            Assert.Equal(200, await server.StatusAsync(Weeks, Ada, pending));
            foreach (var query in new[] { fresh, lag })
            {
                using var response = await server.GetAsync(query, Ada);
                Assert.Null(response.Headers.ETag);
            }
        }
        await server.FreshAsync();
        Assert.Equal(200, await server.StatusAsync(Weeks, Ada, pending));
    }

    [Fact]
    public async Task What_changes_while_the_answer_is_made_gets_no_tag()
    {
        Task<HttpResponseMessage> answer;
        await using (await server.HoldDrainsAsync())
        {
            await using var blocker = await server.Database.DataSource.OpenConnectionAsync();
            await using var transaction = await blocker.BeginTransactionAsync();
            await blocker.ExecuteAsync("lock table analytics.weekly_aggregates_delta in access exclusive mode");
            answer = server.GetAsync(Weeks, Ada);
            await server.Database.UntilAsync("""
                select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
                               and query like '%weekly_aggregates_current%')
                """);
            await server.Workouts.SetAsync(server.AdasSession, server.Squat, 5, 90m);
            await transaction.CommitAsync();
            using var response = await answer;
            Assert.Null(response.Headers.ETag);
            Assert.Contains("\"isStale\":true", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        await server.FreshAsync();
    }

    // Nothing of the user's is recomputed by that drain, so that the version afterwards is the one before.
    [Fact]
    public async Task What_was_pending_only_while_the_answer_was_made_gets_no_tag()
    {
        var nobody = await server.Workouts.UserAsync("Nobody");
        await server.FreshAsync();
        await using var blocker = await server.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await blocker.ExecuteAsync("lock table analytics.weekly_aggregates_delta in access exclusive mode");
        var answer = server.GetAsync(Weeks, new { id = nobody });
        await server.Database.UntilAsync("""
            select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
                           and query like '%weekly_aggregates_current%')
            """);
        await server.Database.ExecuteAsync("update analytics.refresh_state set drain_number = drain_number + 1");
        await transaction.CommitAsync();
        using var response = await answer;
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Null(response.Headers.ETag);
        Assert.NotNull(await server.TagAsync(Weeks, new { id = nobody }));
    }

    [Fact]
    public async Task Other_documents_variables_and_media_types_have_other_tags()
    {
        var tag = await server.TagAsync(Weeks, Ada);
        Assert.Equal(200, await server.StatusAsync(Weeks + " ", Ada, tag));
        Assert.Equal(200, await server.StatusAsync(Weeks, new { id = server.Grace }, tag));
        using var request = new HttpRequestMessage(HttpMethod.Get, ConditionalGetFixture.Address(Weeks, Ada));
        request.Headers.Accept.ParseAdd("application/graphql-response+json");
        request.Headers.IfNoneMatch.Add(tag);
        using var other = await server.Http.SendAsync(request);
        Assert.Equal(200, (int)other.StatusCode);
    }

    [Fact]
    public async Task Errors_posts_and_answers_that_tell_of_their_execution_have_no_tag()
    {
        var unknown = Guid.NewGuid();
        using var error = await server.GetAsync("query ($ids: [ID!]!) { users(ids: $ids) { id } }", new { ids = new[] { server.Ada, unknown } });
        Assert.Contains("NOT_FOUND", await error.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Null(error.Headers.ETag);

        using var post = await server.Http.PostAsync(
            new Uri("/graphql", UriKind.Relative),
            new StringContent(JsonSerializer.Serialize(new { query = Weeks, variables = Ada }), new MediaTypeHeaderValue("application/json")));
        Assert.Null(post.Headers.ETag);

        using var request = new HttpRequestMessage(HttpMethod.Get, ConditionalGetFixture.Address(Weeks, Ada));
        request.Headers.Add("X-Analytics-Statements", "1");
        using var told = await server.Http.SendAsync(request);
        Assert.Null(told.Headers.ETag);
    }

    [Fact]
    public async Task A_not_modified_answer_costs_one_statement()
    {
        var tag = await server.TagAsync(Weeks, Ada);
        var sent = await SentStatements.OfAsync(async () =>
        {
            Assert.Equal(304, await server.StatusAsync(Weeks, Ada, tag));
            return JsonSerializer.SerializeToElement(new { });
        });
        Assert.Single(sent, text => text.Contains("analytics.read_versions", StringComparison.Ordinal));
        Assert.DoesNotContain(sent, text => text.Contains("analytics.weekly_aggregates", StringComparison.Ordinal));
    }
}

public sealed class ConditionalGetByModeTests(ConditionalGetFixture server) : IClassFixture<ConditionalGetFixture>
{
    private const string Weeks = """
        query ($id: ID!) { weeklyAggregates(userId: $id, from: "2026-03-02", to: "2026-03-08") { nodes { setCount } } }
        """;

    private object Ada => new { id = server.Ada };

    [Fact]
    public async Task A_mode_is_part_of_the_tag_and_a_live_answer_has_none()
    {
        await server.Workouts.FullRefreshAsync();
        var incremental = await server.TagAsync(Weeks, Ada);
        await server.SwitchAsync(RefreshMode.NightlyOnly);
        var nightly = await server.TagAsync(Weeks, Ada);
        Assert.Equal(200, await server.StatusAsync(Weeks, Ada, incremental));
        Assert.Equal(304, await server.StatusAsync(Weeks, Ada, nightly));
        await server.SwitchAsync(RefreshMode.Live);
        using (var live = await server.GetAsync(Weeks, Ada, nightly))
        {
            Assert.Equal(200, (int)live.StatusCode);
            Assert.Null(live.Headers.ETag);
        }
        await server.SwitchAsync(RefreshMode.Incremental);
        Assert.Equal(304, await server.StatusAsync(Weeks, Ada, incremental));
    }

    [Fact]
    public async Task A_full_refresh_changes_the_tag_and_there_is_none_while_it_runs()
    {
        var before = await server.TagAsync(Weeks, Ada);
        await using (var refreshing = await server.Database.DataSource.OpenConnectionAsync())
        {
            await refreshing.ExecuteAsync("select pg_advisory_lock(analytics.lock_id('full-refresh'))");
            await server.Database.ExecuteAsync("update analytics.refresh_state set generation = generation + 1");
            using (var meanwhile = await server.GetAsync(Weeks, Ada, before))
            {
                Assert.Equal(200, (int)meanwhile.StatusCode);
                Assert.Null(meanwhile.Headers.ETag);
            }
            await refreshing.ExecuteAsync("select pg_advisory_unlock(analytics.lock_id('full-refresh'))");
        }
        // Cut off: the next drain ends it.
        await server.Database.UntilAsync("select generation = folded_generation from analytics.refresh_state");
        await server.FreshAsync();
        var afterwards = await server.TagAsync(Weeks, Ada);
        Assert.NotEqual(before, afterwards);

        await server.Workouts.FullRefreshAsync();
        Assert.Equal(200, await server.StatusAsync(Weeks, Ada, before));
        Assert.Equal(200, await server.StatusAsync(Weeks, Ada, afterwards));
    }

    // Without an event a user could seem as unchanged as before the event that is gone.
    [Fact]
    public async Task Events_that_are_not_kept_any_more_do_not_bring_an_old_tag_back()
    {
        await server.Database.ExecuteAsync("delete from analytics.refresh_events");
        var before = await server.TagAsync(Weeks, Ada);
        await server.Workouts.SetAsync(server.AdasSession, server.Squat, 5, 65m);
        await server.FreshAsync();
        await server.Database.ExecuteAsync("delete from analytics.refresh_events");
        Assert.Equal(200, await server.StatusAsync(Weeks, Ada, before));
    }
}

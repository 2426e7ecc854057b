// However many users, weeks and aliases: one SQL statement for each kind of data.
using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Api;

/// <summary>50 users who trained once in each of 12 weeks.</summary>
public class TeamFixture : ServerFixture
{
    public IReadOnlyList<Guid> Users { get; private set; } = [];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Users = await Database.QueryAsync<Guid>("""
            with team as (
                insert into core.users (display_name) select 'User ' || n from generate_series(1, 50) as n returning user_id
            ),
            trained as (
                insert into core.sessions (user_id, activity_type, started_at)
                select t.user_id, 'run', timestamptz '2026-01-07T10:00:00Z' + w * interval '7 days'
                from team as t cross join generate_series(0, 11) as w
                returning session_id
            )
            select user_id from team where (select count(*) from trained) = 600
            """);
        await FreshAsync();
    }
}

public sealed class StatementCountTests(TeamFixture team) : IClassFixture<TeamFixture>
{
    private const string Team = """
        id displayName freshness { asOf pendingChanges }
        weeklyAggregates(from: "2026-01-05", to: "2026-03-29") {
          nodes { weekStart sessions { sessionId } } totals { weekCount } freshness { asOf } }
        """;

    [Fact]
    public async Task Fifty_users_with_twelve_weeks_freshness_and_sessions_cost_one_statement_for_each_kind()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "operations/TeamPage.graphql"));
        JsonElement answer = default;
        var sent = await SentStatements.OfAsync(async () =>
            answer = await team.AskAsync(text, new { ids = team.Users, from = "2026-01-05", to = "2026-03-29" }));
        AssertOneOfEach(sent, "core.users as u", "from analytics.freshness(@userIds, @source)", "analytics.weekly_aggregates_current", "analytics.session_summary_current");
        var users = answer.GetProperty("data").GetProperty("users");
        Assert.Equal(50, users.GetArrayLength());
        foreach (var user in users.EnumerateArray())
        {
            var weeks = user.GetProperty("weeklyAggregates").GetProperty("nodes");
            Assert.Equal(12, weeks.GetArrayLength());
            Assert.All(weeks.EnumerateArray(), week => Assert.Equal(1, week.GetProperty("sessions").GetArrayLength()));
        }
    }

    [Fact]
    public async Task A_client_that_asks_is_told_how_many_statements_its_operation_took()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "operations/TeamPage.graphql"));
        var page = new { query = text, variables = new { ids = team.Users, from = "2026-01-05", to = "2026-03-29" } };
        Assert.Equal(4, Statements(await ToldAsync(page)));
        var batch = await ToldAsync(new object[] { page, new { query = "{ __typename }" } });
        Assert.Equal([4, 0], batch.EnumerateArray().Select(Statements));
        var unasked = await team.AskAsync("{ __typename }");
        Assert.False(unasked.TryGetProperty("extensions", out _));

        async Task<JsonElement> ToldAsync(object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = JsonContent.Create(body) };
            request.Headers.Add("X-Analytics-Statements", "1");
            using var response = await team.Http.SendAsync(request);
            return await response.Content.ReadFromJsonAsync<JsonElement>();
        }

        static int Statements(JsonElement answer) => answer.GetProperty("extensions").GetProperty("statements").GetInt32();
    }

    /// <summary>The database's own count, which no client can embellish.</summary>
    [OwnServerFact]
    public async Task Pg_stat_statements_shows_one_call_for_each_kind_of_data()
    {
        await team.Database.ExecuteAsync("create extension if not exists pg_stat_statements");
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "operations/TeamPage.graphql"));
        IReadOnlyList<long> before, after;
        for (var patience = 50; ; patience--)
        {
            var thrownAway = await ThrownAwayAsync();
            before = await CallsAsync();
            await team.AskAsync(text, new { ids = team.Users, from = "2026-01-05", to = "2026-03-29" });
            after = await CallsAsync();
            // The cluster's other tests fill its statistics too: what is used least gives way, counts and all.
            if (await ThrownAwayAsync() == thrownAway) break;
            Assert.True(patience > 0, "Statistics were thrown away each time.");
        }
        Assert.Equal([1L, 1L, 1L, 1L], after.Zip(before, (a, b) => a - b));

        Task<long> ThrownAwayAsync() => team.Database.ScalarAsync<long>("select dealloc from pg_stat_statements_info");

        Task<IReadOnlyList<long>> CallsAsync() => team.Database.QueryAsync<long>("""
            select coalesce(sum(s.calls), 0)::bigint
            -- By what they read: PostgreSQL 18 leaves out the comment that a statement begins with.
            from (values (1, 'select%from core.users as u%'), (2, 'select%from analytics.freshness($1, $2) as f'),
                         (3, '%with ordinality%analytics.weekly_aggregates_delta%'),
                         (4, '%with ordinality%analytics.session_summary_delta%')) as kind (n, text)
            left join pg_stat_statements as s on s.query like kind.text
                and s.dbid = (select d.oid from pg_database as d where d.datname = current_database())
            group by kind.n order by kind.n
            """);
    }

    [Fact]
    public async Task Fifty_aliases_of_users_cost_what_one_costs()
    {
        var fields = Enumerable.Range(0, 50).Select(i => $"u{i}: users(ids: [\"{team.Users[i]}\", \"{team.Users[(i + 1) % 50]}\"]) {{ ...Team }}");
        var sent = await SentStatements.OfAsync(() => team.AskAsync($"{{ {string.Join(' ', fields)} }} fragment Team on User {{ {Team} }}"));
        AssertOneOfEach(sent, "core.users as u", "from analytics.freshness(@userIds, @source)", "analytics.weekly_aggregates_current", "analytics.session_summary_current");
    }

    [Fact]
    public async Task Fifty_aliases_of_weekly_aggregates_with_different_ranges_cost_one_statement()
    {
        var fields = Enumerable.Range(1, 50).Select(i =>
            $"w{i}: weeklyAggregates(userId: \"{team.Users[i % 3]}\", from: \"2025-01-01\", to: \"{new DateOnly(2025, 1, 1).AddDays(7 * i):yyyy-MM-dd}\") "
            + $"{{ nodes {{ weekStart }} {(i % 2 == 0 ? "totals { weekCount }" : "")} freshness {{ asOf }} }}");
        AssertOneOfEach(await SentStatements.OfAsync(() => team.AskAsync($"{{ {string.Join(' ', fields)} }}")), "analytics.weekly_aggregates_current");
    }

    [Theory]
    [InlineData("freshness { asOf }")]
    [InlineData("refreshRuns(first: $n) { id }")]
    [InlineData("refreshRuns(first: $n, kind: FULL) { id }")]
    [InlineData("user(id: $u) { displayName }")]
    [InlineData("freshness(userId: $u) { asOf }")]
    [InlineData("sessionSummary(sessionId: $u) { title }")]
    [InlineData("sessionSummaries(userId: $u) { nodes { sessionId } freshness { asOf } }")]
    public async Task Fifty_aliases_of_any_field_cost_one_statement(string field)
    {
        var fields = Enumerable.Range(0, 50).Select(i => $"a{i}: "
            + field.Replace("$u", $"\"{team.Users[i]}\"", StringComparison.Ordinal).Replace("$n", $"{i + 1}", StringComparison.Ordinal));
        Assert.Single(await SentStatements.OfAsync(() => team.AskAsync($"{{ {string.Join(' ', fields)} }}")));
    }

    [Fact]
    public async Task Totals_are_read_only_where_a_field_selects_them()
    {
        var query = $"{{ weeklyAggregates(userId: \"{team.Users[0]}\", from: \"2026-01-05\", to: \"2026-03-29\") {{ SELECTED }} }}";
        async Task<string> Sent(string selected) => Assert.Single(await SentStatements.OfAsync(() =>
            team.AskAsync(query.Replace("SELECTED", selected, StringComparison.Ordinal))));
        Assert.DoesNotContain("sum(w.session_count)", await Sent("nodes { weekStart exerciseCount }"), StringComparison.Ordinal);
        var sums = await Sent("nodes { exerciseCount } ... on WeeklyAggregates { sum: totals { weekCount } }");
        Assert.Contains("sum(w.session_count)", sums, StringComparison.Ordinal);
        Assert.DoesNotContain("exercise_ids", sums, StringComparison.Ordinal);
        Assert.Contains("exercise_ids", await Sent("... on WeeklyAggregates { sum: totals { exercises: exerciseCount } }"), StringComparison.Ordinal);
        Assert.Contains("rpe_sum", await Sent("totals { avgRpe }"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_read_without_totals_is_read_again_where_a_deeper_level_wants_them()
    {
        const string range = "from: \"2026-01-05\", to: \"2026-03-29\"";
        var user = team.Users[0];
        var answer = await team.AskAsync(
            $"{{ weeklyAggregates(userId: \"{user}\", {range}) {{ nodes {{ weekStart }} }} "
            + $"user(id: \"{user}\") {{ weeklyAggregates({range}) {{ totals {{ weekCount }} }} }} }}");
        Assert.Equal("none", answer.Codes());
        Assert.Equal(12, answer.GetProperty("data").GetProperty("user").GetProperty("weeklyAggregates").GetProperty("totals").GetProperty("weekCount").GetInt32());
    }

    internal static void AssertOneOfEach(IReadOnlyList<string> sent, params string[] kinds)
    {
        foreach (var kind in kinds)
            Assert.Single(sent, text => text.Contains(kind, StringComparison.Ordinal));
        Assert.Equal(kinds.Length, sent.Count);
    }
}

/// <summary>A test that needs what our own servers load; a server that somebody names may lack it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OwnServerFactAttribute : FactAttribute
{
    public OwnServerFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("ANALYTICS_TEST_CONNECTION") is { Length: > 0 })
            Skip = "ANALYTICS_TEST_CONNECTION names the server, which may not load pg_stat_statements.";
    }
}

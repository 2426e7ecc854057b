// The whole server on the wire: what stands where, and that the engine's limits and status codes hold for its schema.
// Each rule of the wire by itself: Http/GraphQLOverHttpTests.cs.
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Api;

public sealed class WireTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly Uri Address = new("/graphql", UriKind.Relative);

    [Fact]
    public async Task The_schema_health_and_the_page_for_browsers_are_served()
    {
        Assert.Contains("type Query", await server.Http.GetStringAsync(new Uri("/graphql/schema.graphql", UriKind.Relative)), StringComparison.Ordinal);
        Assert.StartsWith("{\"status\":\"Healthy\"", await server.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal("{\"status\":\"Healthy\",\"checks\":[]}", await server.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
        Assert.Contains("analytics_database_up", await server.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.Ordinal);
        using var visit = new HttpRequestMessage(HttpMethod.Get, Address);
        visit.Headers.Accept.ParseAdd("text/html");
        using var page = await server.Http.SendAsync(visit);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Get_runs_queries_and_refuses_mutations()
    {
        using var query = await server.Http.GetAsync(new Uri("/graphql?query=%7Bfreshness%7Bsource%7D%7D", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, "{\"data\":{\"freshness\":{\"source\":\"INCREMENTAL\"}}}"),
            (query.StatusCode, await query.Content.ReadAsStringAsync()));
        using var mutation = await server.Http.GetAsync(new Uri("/graphql?query=mutation%7BrequestFullRefresh%7Baccepted%7D%7D", UriKind.Relative));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, mutation.StatusCode);
        Assert.Equal(["POST"], mutation.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_request_over_the_limit_is_refused_with_413()
    {
        using var content = new StringContent($"{{\"query\":\"{new string(' ', 1_048_600)}\"}}", Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync(Address, content);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("LIMIT_EXCEEDED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_answers_in_order()
    {
        using var response = await server.Http.PostAsJsonAsync(Address, new[] { new { query = "{ __typename }" }, new { query = "{ nope }" } });
        var answers = await response.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>();
        Assert.Equal((200, "none", "GRAPHQL_VALIDATION_FAILED"), ((int)response.StatusCode, answers[0].Codes(), answers[1].Codes()));
    }

    [Fact]
    public async Task A_hundred_aliases_that_select_everything_are_admitted_and_one_more_is_not()
    {
        static string Query(int aliases) => $$"""
            { {{string.Join(' ', Enumerable.Range(0, aliases).Select(i =>
                $"a{i}: weeklyAggregates(userId: \"{Guid.Empty}\", from: \"2026-01-05\", to: \"2026-01-25\") {{ ...Everything }}"))}} }
            fragment Everything on WeeklyAggregates { userId freshness { ...Fresh } nodes {
                weekStart sessionCount totalDistanceM totalDurationS totalVolumeKg avgRpe setCount exerciseCount lastRefreshAt
                sessions { sessionId userId activityType title startedAt endedAt weekStart durationS distanceM totalVolumeKg avgRpe
                  setCount exerciseCount lastRefreshAt } }
              totals { weekCount sessionCount totalDistanceM totalDurationS totalVolumeKg avgRpe setCount exerciseCount } }
            fragment Fresh on Freshness { asOf lastRefreshAt isStale pendingChanges lagS source }
            """;
        Assert.Equal("none", (await server.AskAsync(Query(100))).Codes());
        var refused = await server.AskAsync(Query(101));
        Assert.Equal("LIMIT_EXCEEDED", refused.Codes());
        Assert.Contains("101 aliases; at most 100", refused.Message(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, "2026-01-05", "2026-03-29", "NOT_FOUND")] // 12 weeks: read, and nobody is there
    [InlineData(100, "2025-01-06", "2026-11-29", "LIMIT_EXCEEDED")] // 99 weeks
    [InlineData(10, "2025-01-06", "2026-11-29", "NOT_FOUND")]
    public async Task A_hundred_users_with_twelve_weeks_and_their_sessions_are_within_the_cost_and_a_hundred_weeks_are_not(
        int users, string from, string to, string code)
    {
        var answer = await server.AskAsync("""
            query ($ids: [ID!]!, $from: Date!, $to: Date!) { users(ids: $ids) { id displayName
              freshness { asOf lastRefreshAt isStale pendingChanges lagS source }
              weeklyAggregates(from: $from, to: $to) {
                nodes { weekStart sessionCount totalDistanceM totalDurationS totalVolumeKg avgRpe setCount exerciseCount lastRefreshAt
                  sessions { sessionId userId activityType title startedAt endedAt weekStart durationS distanceM totalVolumeKg avgRpe
                    setCount exerciseCount lastRefreshAt freshness { asOf isStale pendingChanges } } }
                totals { weekCount sessionCount } freshness { asOf } } } }
            """, new { ids = Enumerable.Range(1, users).Select(_ => Guid.NewGuid()), from, to });
        Assert.Equal(code, answer.Codes());
    }
}

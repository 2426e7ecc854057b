// What a client reads that asks wrongly: code, HTTP status, the value, the limit and the remedy.
//
// With application/graphql-response+json a request that was refused before it ran is 400; one that ran is 200, its
// fields null with an error each. An old client (application/json) gets 200 for both.
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Api;

public sealed class BadInputTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string U = "\"00000000-0000-0000-0000-000000000001\"";

    [Theory]
    [InlineData("{ user(id: \"abc\") { id } }", 400, "BAD_USER_INPUT", "argument 'id' of field 'user'. 'abc' is not an id. Ids are UUIDs")]
    [InlineData("{ user(id: 12) { id } }", 400, "BAD_USER_INPUT", "'12' is not an id.")]
    [InlineData("{ users(ids: [" + U + ", \"x\"]) { id } }", 400, "BAD_USER_INPUT", "'x' is not an id.")]
    [InlineData("{ user(id: {a: 1}) { id } }", 400, "BAD_USER_INPUT", "'a list or an object' is not an id.")]
    [InlineData("{ weeklyAggregates(userId: " + U + ", from: \"2026-02-01\", to: \"2026-01-01\") { userId } }", 200, "BAD_USER_INPUT",
        "'from' 2026-02-01 lies after 'to' 2026-01-01. Swap them.")]
    [InlineData("{ weeklyAggregates(userId: " + U + ", from: \"2020-01-06\", to: \"2026-01-05\") { userId } }", 200, "LIMIT_EXCEEDED",
        "weeklyAggregates: 2020-01-06..2026-01-05 spans 314 weeks; at most 104. Narrow 'from'/'to' or ask for several ranges.")]
    [InlineData("{ weeklyAggregates(userId: " + U + ", from: \"0001-01-01\", to: \"9999-12-31\") { userId } }", 200, "LIMIT_EXCEEDED",
        "spans 521723 weeks; at most 104.")]
    [InlineData("{ weeklyAggregates(userId: " + U + ", from: \"2026-01-06\", to: \"2028-01-03\") { userId } }", 200, "LIMIT_EXCEEDED",
        "spans 105 weeks; at most 104.")]
    [InlineData("{ weeklyAggregates(userId: " + U + ", from: \"yesterday\", to: \"2026-01-05\") { userId } }", 400, "BAD_USER_INPUT",
        "'yesterday' is not a date. Write year, month and day, such as \"2026-01-05\".")]
    [InlineData("{ weeklyAggregates(userId: " + U + ", from: \"2026-02-30\", to: \"2026-03-05\") { userId } }", 400, "BAD_USER_INPUT", "'2026-02-30' is not a date.")]
    [InlineData("{ weeklyAggregates(userId: " + U + ", to: \"2026-03-05\") { userId } }", 400, "GRAPHQL_VALIDATION_FAILED", "'from'")]
    [InlineData("{ sessionSummaries(userId: " + U + ", first: 101) { edges { cursor } } }", 200, "LIMIT_EXCEEDED", "a page of 101; between 1 and 100.")]
    [InlineData("{ sessionSummaries(userId: " + U + ", last: 0) { edges { cursor } } }", 200, "BAD_USER_INPUT", "a page of 0; between 1 and 100.")]
    [InlineData("{ sessionSummaries(userId: " + U + ", first: -2147483648) { edges { cursor } } }", 200, "BAD_USER_INPUT", "a page of -2147483648;")]
    [InlineData("{ sessionSummaries(userId: " + U + ", first: 5, before: \"x\") { edges { cursor } } }", 200, "BAD_USER_INPUT", "not a mixture.")]
    [InlineData("{ sessionSummaries(userId: " + U + ", first: \"5\") { edges { cursor } } }", 400, "BAD_USER_INPUT", "Expected type 'Int', found \"5\"")]
    [InlineData("{ sessionSummaries(userId: " + U + ", after: \"nonsense\") { edges { cursor } } }", 200, "BAD_USER_INPUT",
        "'after' is \"nonsense\", which is no cursor. Use one from an earlier page.")]
    [InlineData("{ sessionSummaries(userId: " + U + ", where: {from: \"2026-02-01\", to: \"2026-01-01\"}) { edges { cursor } } }", 200, "BAD_USER_INPUT", "Swap them.")]
    [InlineData("{ sessionSummaries(userId: " + U + ", where: {activityTypes: [\"a\\u0000\"]}) { edges { cursor } } }", 200, "BAD_USER_INPUT", "U+0000")]
    [InlineData("{ sessionSummaries(userId: " + U + ", order: SIDEWAYS) { edges { cursor } } }", 400, "BAD_USER_INPUT", "SIDEWAYS")]
    [InlineData("{ refreshRuns(first: 101) { id } }", 200, "LIMIT_EXCEEDED", "first is 101; between 1 and 100.")]
    [InlineData("{ refreshRuns(first: 0) { id } }", 200, "BAD_USER_INPUT", "first is 0; between 1 and 100.")]
    [InlineData("mutation { enqueueRefresh(input: {userId: " + U + "}) { enqueued } }", 200, "NOT_FOUND", "there is no user 00000000-0000-0000-0000-000000000001.")]
    [InlineData("{ nope }", 400, "GRAPHQL_VALIDATION_FAILED", "'nope'")]
    [InlineData("{ user(id: " + U + ") }", 400, "GRAPHQL_VALIDATION_FAILED", "user")]
    [InlineData("{ user(id: ", 400, "GRAPHQL_PARSE_FAILED", "Error parsing query")]
    [InlineData("subscription { a }", 400, "GRAPHQL_VALIDATION_FAILED", "A subscription has many results")]
    public async Task Bad_input_gets_a_status_a_code_the_value_and_the_remedy(string query, int status, string code, string part)
    {
        var (newer, answer) = await PostAsync(query, null, "application/graphql-response+json");
        var (older, same) = await PostAsync(query, null, "application/json");
        Assert.Equal((status, 200), (newer, older));
        Assert.Equal((code, code), (answer.Codes(), same.Codes()));
        Assert.Contains(part, answer.Message(), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BrokenVariables => new()
    {
        { "{\"id\":\"abc\"}", "Variable '$id' is invalid. 'abc' is not an id." },
        { "{\"id\":5}", "'5' is not an id." },
        { "{\"id\":null}", "Received a null input for a non-null variable." },
        { "{\"id\":[\"00000000-0000-0000-0000-000000000001\"]}", "is not an id." },
        { "{}", "$id" },
    };

    [Theory]
    [MemberData(nameof(BrokenVariables))]
    public async Task A_variable_of_the_wrong_type_is_named(string variables, string part)
    {
        using var parsed = JsonDocument.Parse(variables);
        var (status, answer) = await PostAsync("query ($id: ID!) { user(id: $id) { id } }", parsed.RootElement, "application/graphql-response+json");
        Assert.Equal((400, "BAD_USER_INPUT"), (status, answer.Codes()));
        Assert.Contains(part, answer.Message(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"query\":", "The body is not valid JSON (line 1, byte 10).")]
    [InlineData("{\"query\":7}", "'query' is a number; it must be a string.")]
    [InlineData("[]", "The batch is empty.")]
    public async Task A_body_that_is_no_request_is_400_for_everyone(string body, string part)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync(new Uri("/graphql", UriKind.Relative), content);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((400, "BAD_REQUEST"), ((int)response.StatusCode, answer.Codes()));
        Assert.Contains(part, answer.Message(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_users_than_the_limit_are_refused_with_the_number()
    {
        var ids = Enumerable.Range(0, 101).Select(_ => Guid.NewGuid());
        var (status, answer) = await PostAsync("query ($ids: [ID!]!) { users(ids: $ids) { id } }", new { ids }, "application/graphql-response+json");
        Assert.Equal((200, "LIMIT_EXCEEDED"), (status, answer.Codes()));
        Assert.Equal("users: 101 ids; at most 100. Ask for the rest in another request.", answer.Message());
    }

    [Theory]
    [InlineData("0|1|00000000-0000-0000-0000-000000000001", "STARTED_AT_DESC", "none")]
    [InlineData("0|1.5|00000000-0000-0000-0000-000000000001", "STARTED_AT_DESC", "BAD_USER_INPUT")]
    [InlineData("0|-Infinity|00000000-0000-0000-0000-000000000001", "STARTED_AT_DESC", "BAD_USER_INPUT")]
    [InlineData("0|١|00000000-0000-0000-0000-000000000001", "STARTED_AT_DESC", "BAD_USER_INPUT")]
    [InlineData("0|1|00000000-0000-0000-0000-000000000001\n", "STARTED_AT_DESC", "BAD_USER_INPUT")]
    [InlineData("0|999999999999999999|00000000-0000-0000-0000-000000000001", "STARTED_AT_DESC", "none")]
    [InlineData("1|1|00000000-0000-0000-0000-000000000001", "STARTED_AT_DESC", "BAD_USER_INPUT")]
    [InlineData("4|-Infinity|00000000-0000-0000-0000-000000000001", "DISTANCE_DESC", "none")]
    public async Task A_forged_cursor_never_reaches_a_cast_that_fails(string cursor, string order, string code)
    {
        var after = Convert.ToBase64String(Encoding.UTF8.GetBytes(cursor)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var answer = await server.AskAsync($"{{ sessionSummaries(userId: {U}, order: {order}, after: \"{after}\") {{ edges {{ cursor }} }} }}");
        Assert.Equal(code, answer.Codes());
    }

    private async Task<(int Status, JsonElement Answer)> PostAsync(string query, object? variables, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = JsonContent.Create(new { query, variables }) };
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        using var response = await server.Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }
}

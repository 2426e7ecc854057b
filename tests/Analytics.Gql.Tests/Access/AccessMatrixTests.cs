// Every field that can be asked, for every kind of token, with the exact answer.
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Access;

public sealed class AccessMatrixTests(AccessFixture server) : IClassFixture<AccessFixture>
{
    private const string Weeks = "weeklyAggregates(%from: \"2026-03-02\", to: \"2026-03-08\") { nodes { sessionCount } }";

    /// <summary>A field, and whether it answers something (data), nothing (null) or FORBIDDEN: for oneself, for another
    /// user, and with nobody's rights.</summary>
    private static readonly Dictionary<string, string> OfUser = new()
    {
        ["weeklyAggregates"] = "{ x: " + Weeks.Replace("%", "userId: $id, ") + " }",
        ["sessionSummaries"] = "{ x: sessionSummaries(userId: $id) { nodes { sessionId } } }",
        ["personalRecords"] = "{ x: personalRecords(userId: $id) { nodes { maxWeightKg } } }",
        ["freshness"] = "{ x: freshness(userId: $id) { pendingChanges } }",
        ["user"] = "{ x: user(id: $id) { displayName } }",
        ["users"] = "{ x: users(ids: [$id]) { displayName } }",
        ["user.weeklyAggregates"] = "{ x: user(id: $id) { " + Weeks.Replace("%", "") + " } }",
        ["user.sessionSummaries"] = "{ x: user(id: $id) { sessionSummaries { nodes { sessionId } } } }",
        ["user.personalRecords"] = "{ x: user(id: $id) { personalRecords { nodes { maxWeightSession { sessionId } } } } }",
        ["user.freshness"] = "{ x: user(id: $id) { freshness { pendingChanges } } }",
        ["users.weeklyAggregates.sessions"] =
            "{ x: users(ids: [$id]) { weeklyAggregates(from: \"2026-03-02\", to: \"2026-03-08\") { nodes { sessions { sessionId } } } } }",
    };

    public static TheoryData<string> FieldsOfUser => [.. OfUser.Keys];

    public static TheoryData<string> EveryField =>
        [.. OfUser.Keys, "sessionSummary", "refreshRuns", "service", "enqueueRefresh", "requestFullRefresh", "introspection", "__typename"];

    [Theory]
    [MemberData(nameof(FieldsOfUser))]
    public async Task A_users_field_answers_its_user_and_whoever_may_read_anyone(string field)
    {
        foreach (var (subject, scope, about, code) in new[]
                 {
                     (server.Ada, "analytics:read", server.Ada, "none"),
                     (server.Ada, "analytics:read", server.Grace, "FORBIDDEN"),
                     (server.Ada, "analytics:read", Guid.Empty, "FORBIDDEN"),
                     (server.Ada, "analytics:read:any", server.Ada, "none"),
                     (server.Ada, "analytics:read:any", server.Grace, "none"),
                     (server.Ada, "openid analytics:read analytics:read:any", server.Grace, "none"),
                     (server.Ada, "analytics:refresh", server.Ada, "FORBIDDEN"),
                     (server.Ada, "analytics:refresh", server.Grace, "FORBIDDEN"),
                     (server.Ada, "analytics:reader analytics:read:anyone", server.Ada, "FORBIDDEN"),
                     (server.Ada, null, server.Ada, "FORBIDDEN"),
                     (server.Ada, "", server.Ada, "FORBIDDEN"),
                     ((Guid?)null, "analytics:read", server.Ada, "FORBIDDEN"),
                     (null, "analytics:read:any", server.Ada, "none"),
                 })
        {
            var answer = await server.AskAsync(Tokens.Of(subject, scope), Of(field, about));
            var told = $"{field}: sub {subject}, scope '{scope}', about {about}: {answer.Text}";
            Assert.True(answer.Status == 200 && answer.Json.Codes() == code, told);
            if (code == "FORBIDDEN")
            {
                Assert.Contains($"the token does not allow reading user {about}", answer.Json.Message(), StringComparison.Ordinal);
                Assert.DoesNotContain("Grace", answer.Text, StringComparison.Ordinal);
                Assert.DoesNotContain(server.GracesSession.ToString(), answer.Text, StringComparison.Ordinal);
            }
            else
            {
                Assert.True(answer.Json.GetProperty("data").GetProperty("x").ValueKind is not JsonValueKind.Null, told);
            }
        }
    }

    [Theory]
    [MemberData(nameof(FieldsOfUser))]
    public async Task Nobody_can_tell_another_user_from_one_who_does_not_exist(string field)
    {
        var token = Tokens.Of(server.Ada, "analytics:read");
        var nobody = Guid.NewGuid();
        var another = (await server.AskAsync(token, Of(field, server.Grace))).Text.Replace(server.Grace.ToString(), "?", StringComparison.Ordinal);
        Assert.Equal(another, (await server.AskAsync(token, Of(field, nobody))).Text.Replace(nobody.ToString(), "?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_users_session_is_answered_as_none_is()
    {
        foreach (var scope in new[] { "analytics:read", "analytics:refresh", "" })
        {
            var token = Tokens.Of(server.Ada, scope);
            var another = await server.AskAsync(token, Session(server.GracesSession));
            Assert.Equal("""{"data":{"x":null}}""", another.Text);
            Assert.Equal(another, await server.AskAsync(token, Session(Guid.NewGuid())));
        }
        Assert.Contains(server.GracesSession.ToString(),
            (await server.AskAsync(Tokens.Of(server.Ada, "analytics:read:any"), Session(server.GracesSession))).Text, StringComparison.Ordinal);
        Assert.Contains(server.AdasSession.ToString(),
            (await server.AskAsync(Tokens.Of(server.Ada, "analytics:read"), Session(server.AdasSession))).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("refreshRuns", "analytics:refresh", "none")]
    [InlineData("refreshRuns", "analytics:read analytics:read:any", "FORBIDDEN")]
    [InlineData("requestFullRefresh", "analytics:refresh", "none")]
    [InlineData("requestFullRefresh", "analytics:read analytics:read:any", "FORBIDDEN")]
    [InlineData("service", "analytics:refresh", "none")]
    [InlineData("service", "analytics:read", "none")]
    [InlineData("service", "openid", "FORBIDDEN")]
    [InlineData("introspection", "openid", "none")]
    [InlineData("enqueueRefresh", "analytics:read", "none")]
    [InlineData("enqueueRefresh", "openid", "FORBIDDEN")]
    public async Task What_belongs_to_no_user_needs_its_scope(string field, string scope, string code)
    {
        var answer = await server.AskAsync(Tokens.Of(server.Ada, scope), Of(field, server.Ada));
        Assert.Equal((200, code), (answer.Status, answer.Json.Codes()));
    }

    [Fact]
    public async Task A_user_may_enqueue_a_refresh_of_their_own_and_of_nobody_elses()
    {
        var own = Tokens.Of(server.Ada, "analytics:read");
        Assert.Equal("FORBIDDEN", (await server.AskAsync(own, Of("enqueueRefresh", server.Grace))).Json.Codes());
        Assert.Equal("FORBIDDEN", (await server.AskAsync(Tokens.Of(server.Ada, "analytics:read:any"), Of("enqueueRefresh", server.Grace))).Json.Codes());
        Assert.Equal("none", (await server.AskAsync(Tokens.Of(server.Ada, "analytics:refresh"), Of("enqueueRefresh", server.Grace))).Json.Codes());
    }

    [Theory]
    [MemberData(nameof(EveryField))]
    public async Task Without_a_valid_token_every_operation_answers_401(string field)
    {
        var good = Tokens.Of(server.Ada, "analytics:read");
        var stranger = Tokens.Hmac("another secret of more than thirty-two bytes");
        foreach (var (token, message) in new[]
                 {
                     (null, "The request has no bearer token. Send the header 'Authorization: Bearer …'."),
                     (Tokens.Of(server.Ada, "analytics:read", validFromS: -7200, validToS: -3600), "The token has expired. Sign in again."),
                     (Tokens.Of(server.Ada, "analytics:read", validFromS: 3600, validToS: 7200), "The token is not valid yet. Sign in again."),
                     (Tokens.Of(server.Ada, "analytics:read", issuer: "https://elsewhere.example.com/"),
                         "The token was issued by somebody whom this service does not trust. Sign in again."),
                     (Tokens.Of(server.Ada, "analytics:read", audience: "billing"), "The token is meant for another service. Sign in again."),
                     (Tokens.Of(server.Ada, "analytics:read", stranger), Unverified),
                     (Tokens.Unsigned(good), Unverified),
                     (Tokens.Tampered(good, server.Ada, server.Grace), Unverified),
                     ("nonsense", Unverified),
                     ("a.b.c", Unverified),
                 })
        {
            var answer = await server.AskAsync(token, Of(field, server.Ada));
            Assert.Equal((401, "UNAUTHENTICATED", message), (answer.Status, answer.Json.Codes(), answer.Json.Message()));
            Assert.Equal(token is null ? "Bearer" : "Bearer error=\"invalid_token\"", answer.Challenge);
            Assert.False(answer.Json.TryGetProperty("data", out _));
        }
    }

    private const string Unverified = "The token's signature cannot be verified, or it is no JSON Web Token. Sign in again.";

    [Fact]
    public async Task Aliases_and_batches_are_each_checked()
    {
        var token = Tokens.Of(server.Ada, "analytics:read");
        var aliases = await server.AskAsync(token, new
        {
            query = "query ($own: ID!, $other: ID!) { a: user(id: $own) { id } b: user(id: $other) { id } users(ids: [$other, $own]) { id } }",
            variables = new { own = server.Ada, other = server.Grace },
        });
        Assert.Equal("FORBIDDEN", aliases.Json.Codes());
        Assert.Equal(
            $$"""{"a":{"id":"{{server.Ada}}"},"b":null,"users":[null,{"id":"{{server.Ada}}"}]}""", aliases.Json.GetProperty("data").GetRawText());
        Assert.Equal("""["users",0]""", aliases.Json.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("path").GetRawText()).Order().Last());
        var batch = await server.AskAsync(token, new[] { Of("user", server.Grace), Of("user", server.Ada) });
        Assert.Equal(("FORBIDDEN", "none"), (batch.Json[0].Codes(), batch.Json[1].Codes()));
    }

    private static object Session(Guid id) => new { query = "query ($id: ID!) { x: sessionSummary(sessionId: $id) { sessionId } }", variables = new { id } };

    private static object Of(string field, Guid id) => OfUser.TryGetValue(field, out var selection)
        ? new { query = $"query ($id: ID!) {selection}", variables = new { id } }
        : field switch
        {
            "sessionSummary" => Session(id),
            "refreshRuns" => new { query = "{ x: refreshRuns { id } }" },
            "service" => new { query = "{ x: freshness { source } }" },
            "enqueueRefresh" => new { query = "mutation ($id: ID!) { x: enqueueRefresh(input: {userId: $id}) { enqueued } }", variables = new { id } },
            "requestFullRefresh" => new { query = "mutation { x: requestFullRefresh { accepted } }" },
            "introspection" => new { query = "{ x: __schema { queryType { name } } }" },
            _ => new { query = "{ __typename }" },
        };
}

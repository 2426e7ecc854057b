// Entities are answered to a token as the elements of 'users' are.
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Access;

public sealed class FederationAccessFixture : AccessFixture
{
    protected override IReadOnlyList<string> Settings => [.. base.Settings, "--Analytics:Schema:Federation=true"];
}

public sealed class FederationAccessTests(FederationAccessFixture server) : IClassFixture<FederationAccessFixture>
{
    [Theory]
    [InlineData("analytics:read", "FORBIDDEN", """[{"displayName":"Ada"},null,null]""")]
    [InlineData("analytics:read:any", "NOT_FOUND", """[{"displayName":"Ada"},{"displayName":"Grace"},null]""")]
    [InlineData("analytics:refresh", "FORBIDDEN", "[null,null,null]")]
    [InlineData("", "FORBIDDEN", "[null,null,null]")]
    public async Task A_token_is_told_of_entities_what_it_is_told_of_users(string scope, string codes, string data)
    {
        Guid[] ids = [server.Ada, server.Grace, Guid.NewGuid()];
        var token = Tokens.Of(server.Ada, scope);
        var entities = await server.AskAsync(token, Entities(ids));
        var users = await server.AskAsync(token, new
        {
            query = "query ($ids: [ID!]!) { users(ids: $ids) { displayName } }",
            variables = new { ids },
        });
        Assert.Equal((200, codes), (entities.Status, entities.Json.Codes()));
        Assert.Equal(data, entities.Json.GetProperty("data").GetProperty("_entities").GetRawText());
        // In whatever order they happened.
        Assert.Equal(Errors(users.Text.Replace("users", "_entities", StringComparison.Ordinal)), Errors(entities.Text));
    }

    [Fact]
    public async Task Nobody_can_tell_another_entity_from_one_that_does_not_exist()
    {
        var token = Tokens.Of(server.Ada, "analytics:read");
        var nobody = Guid.NewGuid();
        var another = (await server.AskAsync(token, Entities([server.Grace]))).Text;
        Assert.Contains("FORBIDDEN", another, StringComparison.Ordinal);
        Assert.Equal(
            another.Replace(server.Grace.ToString(), "?", StringComparison.Ordinal),
            (await server.AskAsync(token, Entities([nobody]))).Text
                .Replace(nobody.ToString(), "?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_token_neither_entities_nor_the_subgraphs_schema_are_answered()
    {
        foreach (var body in new[] { Entities([server.Ada]), new { query = "{ _service { sdl } }" } })
        {
            var answer = await server.AskAsync(null, body);
            Assert.Equal((401, "UNAUTHENTICATED"), (answer.Status, answer.Json.Codes()));
        }
        var any = await server.AskAsync(Tokens.Of(server.Ada, "openid"), new { query = "{ _service { sdl } }" });
        Assert.Equal("none", any.Json.Codes());
    }

    private static object Entities(IEnumerable<Guid> ids) => new
    {
        query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { displayName } } }",
        variables = new { r = ids.Select(id => new { __typename = "User", id }) },
    };

    private static IEnumerable<string> Errors(string answer) =>
        [.. System.Text.Json.JsonDocument.Parse(answer).RootElement.GetProperty("errors").EnumerateArray()
            .Select(e => $"{e.GetProperty("path")} {e.GetProperty("extensions")} {e.GetProperty("message")}").Order()];
}

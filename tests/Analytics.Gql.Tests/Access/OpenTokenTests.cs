// An open server that honours tokens, as the demo's does: who has one is held to it, everyone else may do everything.
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Access;

public sealed class OpenTokenFixture : AccessFixture
{
    protected override IReadOnlyList<string> Settings =>
    [
        "--Analytics:Auth:OpenHonoursTokens=true", $"--Analytics:Auth:SigningKey={Tokens.Key}",
        $"--Analytics:Auth:Issuer={Tokens.Issuer}", $"--Analytics:Auth:Audience={Tokens.Audience}",
    ];
}

public sealed class OpenTokenTests(OpenTokenFixture app) : IClassFixture<OpenTokenFixture>
{
    private object SessionsOfGrace => new { query = $"{{ sessionSummaries(userId: \"{app.Grace}\") {{ nodes {{ sessionId }} }} }}" };

    [Fact]
    public async Task A_valid_token_allows_what_it_says_and_no_more()
    {
        var ada = await app.AskAsync(Tokens.Of(app.Ada, "analytics:read"), SessionsOfGrace);
        Assert.Equal("FORBIDDEN", ada.Json.Codes());
        var coach = await app.AskAsync(Tokens.Of("coach", "analytics:read:any"), SessionsOfGrace);
        Assert.Equal("none", coach.Json.Codes());
    }

    [Fact]
    public async Task Everyone_else_may_do_everything()
    {
        Assert.Equal("none", (await app.AskAsync(null, SessionsOfGrace)).Json.Codes());
        Assert.Equal("none", (await app.AskAsync("no token at all", SessionsOfGrace)).Json.Codes());
        var expired = Tokens.Of(app.Ada, "analytics:read", validFromS: -7200, validToS: -3600);
        Assert.Equal("none", (await app.AskAsync(expired, SessionsOfGrace)).Json.Codes());
    }
}

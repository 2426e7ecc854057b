// How issuers write scopes, and what they then allow.
using System.Security.Claims;
using Analytics.Gql.Access;

namespace Analytics.Gql.Tests.Access;

public sealed class ViewerTests
{
    private static readonly Guid Ada = Guid.NewGuid();

    [Theory]
    [InlineData("scope", "openid analytics:read profile")]
    [InlineData("scp", "analytics:read")]
    [InlineData("scp", "openid", "analytics:read")] // a list arrives as a claim for each member
    public void Scopes_are_read_as_a_text_or_a_list(string claim, params string[] values)
    {
        var viewer = Viewer(values.Select(value => new Claim(claim, value)));
        Assert.True(viewer.MayRead(Ada));
        Assert.False(viewer.MayRead(Guid.NewGuid()));
    }

    [Theory]
    [InlineData("scope", "analytics:readanalytics:read:any")]
    [InlineData("scope", "ANALYTICS:READ")]
    [InlineData("roles", "analytics:read")]
    public void Nothing_else_is_taken_for_a_scope(string claim, string value) =>
        Assert.False(Viewer([new Claim(claim, value)]).MayRead(Ada));

    [Fact]
    public void A_subject_that_is_no_id_owns_nothing()
    {
        var viewer = new Viewer(new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim("sub", "coach@clients"), new Claim("scope", "analytics:read")])));
        Assert.Equal(("coach@clients", (Guid?)null, false), (viewer.Subject, viewer.UserId, viewer.MayRead(Guid.Empty)));
    }

    private static Viewer Viewer(IEnumerable<Claim> claims) =>
        new(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", Ada.ToString()), .. claims], "test")));
}

// Tokens for trying out what an athlete sees and what a coach does.
using System.Text;
using Analytics.Gql.Access;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Analytics.Demo.SignIn;

/// <param name="Token">A JSON Web Token for the header Authorization.</param>
internal sealed record IssuedToken(string Token, DateTimeOffset ExpiresAt);

internal static class DemoTokens
{
    /// <summary>The <c>sub</c> of somebody who may do everything and is no athlete.</summary>
    public const string Coach = "coach";

    private const string Issuer = "analytics-demo";
    private const string Audience = "analytics";

    // No secret, and there is nothing to protect: the demo listens on loopback, and is open to whoever has no token at all.
    // Always the same, so that who is signed in stays so when the demo is started again.
    private const string Key = "the demo's key is no secret: the demo is open to everyone";
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>The settings with which the server takes these tokens.</summary>
    public static IReadOnlyList<string> ServerSettings { get; } =
    [
        "--Analytics:Auth:Mode=Open", "--Analytics:Auth:OpenHonoursTokens=true", $"--Analytics:Auth:SigningKey={Key}",
        $"--Analytics:Auth:Issuer={Issuer}", $"--Analytics:Auth:Audience={Audience}",
    ];

    /// <param name="subject">An athlete's id, or <see cref="Coach"/>.</param>
    public static IssuedToken For(string subject, DateTimeOffset now)
    {
        var expires = now + Lifetime;
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            IssuedAt = now.UtcDateTime,
            Expires = expires.UtcDateTime,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = subject,
                ["scope"] = subject == Coach ? $"{Scopes.Read} {Scopes.ReadAny} {Scopes.Refresh}" : Scopes.Read,
            },
            SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Key)), SecurityAlgorithms.HmacSha256),
        });
        return new IssuedToken(token, expires);
    }
}

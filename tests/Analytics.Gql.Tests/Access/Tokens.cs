// Tokens as an issuer would sign them, and as nobody should.
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Analytics.Gql.Tests.Access;

internal static class Tokens
{
    public const string Issuer = "https://login.example.com/";
    public const string Audience = "analytics";
    public const string Key = "a secret of more than thirty-two bytes, for tests";

    public static readonly SigningCredentials HmacKey = Hmac(Key);

    public static SigningCredentials Hmac(string key) =>
        new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)), SecurityAlgorithms.HmacSha256);

    public static string Of(
        object? subject, string? scope, SigningCredentials? key = null, string issuer = Issuer, string audience = Audience,
        int validFromS = -60, int validToS = 3600, string scopeClaim = "scope", object? scopes = null)
    {
        var now = DateTime.UtcNow;
        var claims = new Dictionary<string, object>();
        if (subject is not null)
            claims["sub"] = subject.ToString()!;
        if ((scopes ?? scope) is { } given)
            claims[scopeClaim] = given;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            NotBefore = now.AddSeconds(validFromS),
            Expires = now.AddSeconds(validToS),
            Claims = claims,
            SigningCredentials = key ?? HmacKey,
        });
    }

    /// <summary>The same token with the algorithm 'none' and no signature.</summary>
    public static string Unsigned(string token) =>
        $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{token.Split('.')[1]}.";

    /// <summary>Somebody else's id in the payload, under the old signature.</summary>
    public static string Tampered(string token, object was, object becomes)
    {
        var parts = token.Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace(was.ToString()!, becomes.ToString(), StringComparison.Ordinal);
        return $"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}";
    }
}

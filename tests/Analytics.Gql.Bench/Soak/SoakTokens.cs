// Tokens of a soak, signed with a key of this run.
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Analytics.Gql.Access;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Analytics.Gql.Bench.Soak;

internal sealed class SoakTokens
{
    private const string Issuer = "analytics-soak", Audience = "analytics";
    /// <summary>Longer than the longest soak.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(8);
    private readonly string _key = RandomNumberGenerator.GetHexString(64);
    private readonly ConcurrentDictionary<Guid, string> _ofUsers = [];

    public SoakTokens() => Coach = Sign("coach", $"{Scopes.Read} {Scopes.ReadAny} {Scopes.Refresh}");

    /// <summary>Of somebody who may do everything.</summary>
    public string Coach { get; }

    /// <summary>With which a server takes these tokens and no others.</summary>
    public IEnumerable<string> ServerSettings =>
    [
        "--environment=Production", "--Analytics:Auth:Mode=", $"--Analytics:Auth:SigningKey={_key}",
        $"--Analytics:Auth:Issuer={Issuer}", $"--Analytics:Auth:Audience={Audience}",
    ];

    /// <summary>The user's own: they may read what is theirs.</summary>
    public string Of(Guid user) => _ofUsers.GetOrAdd(user, id => Sign(id.ToString(), Scopes.Read));

    private string Sign(string subject, string scope) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Issuer,
        Audience = Audience,
        Expires = DateTime.UtcNow + Lifetime,
        Claims = new Dictionary<string, object> { ["sub"] = subject, ["scope"] = scope },
        SigningCredentials = new SigningCredentials(
            new SymmetricSecurityKey(System.Text.Encoding.UTF8.GetBytes(_key)), SecurityAlgorithms.HmacSha256),
    });
}

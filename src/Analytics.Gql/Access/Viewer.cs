// Who is asking, as their token says it.
using System.Security.Claims;

namespace Analytics.Gql.Access;

public static class Scopes
{
    /// <summary>Read one's own data.</summary>
    public const string Read = "analytics:read";

    /// <summary>Read anyone's data.</summary>
    public const string ReadAny = "analytics:read:any";

    /// <summary>Ask for refreshes of anyone's data, and see how they went.</summary>
    public const string Refresh = "analytics:refresh";
}

/// <summary>Somebody who has come in.</summary>
public sealed class Viewer
{
    private readonly HashSet<string> _scopes;

    public Viewer(ClaimsPrincipal? principal)
    {
        Subject = principal?.FindFirst("sub")?.Value;
        UserId = Guid.TryParse(Subject, out var id) ? id : null;
        _scopes = principal is null ? [] : [.. principal.Claims.SelectMany(ScopesOf)];
    }

    /// <summary>The token's <c>sub</c>; null where it has none, and where the server is open.</summary>
    public string? Subject { get; }

    /// <summary>The same where it is a user's id: a service's is not.</summary>
    public Guid? UserId { get; }

    /// <summary>All that the token allows, in a fixed order.</summary>
    public string ScopeText => string.Join(' ', _scopes.Order(StringComparer.Ordinal));

    public bool Has(string scope) => _scopes.Contains(scope);

    public bool MayRead(Guid userId) => Has(Scopes.ReadAny) || Has(Scopes.Read) && userId == UserId;

    // Issuers write scopes as one text with spaces ('scope', RFC 9068), or as 'scp': a text, or a list that arrives as a claim for
    // each member.
    private static IEnumerable<string> ScopesOf(Claim claim) => claim.Type is "scope" or "scp"
        ? claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        : [];
}

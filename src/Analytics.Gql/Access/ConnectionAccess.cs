// Who may open a connection that stays open, and until when. The server is open: everyone may, for ever.
using System.Security.Claims;

namespace Analytics.Gql.Access;

/// <summary>What a connection may do while it lasts.</summary>
/// <param name="User">Whose operations they are.</param>
/// <param name="ExpiresAt">When the connection is closed: the token's end. Null: never.</param>
public sealed record ConnectionGrant(ClaimsPrincipal User, DateTimeOffset? ExpiresAt);

/// <summary>Asked once for each event stream, and for each socket when its connection_init comes.</summary>
public sealed class ConnectionAccess
{
    private const string Scheme = "Bearer ";

    /// <param name="http">The request, or that which became a socket.</param>
    /// <param name="bearerToken">From the header Authorization, or from the member of that name in the payload of
    /// connection_init; null when neither has one.</param>
    /// <exception cref="Engine.ClientError">It may not: UNAUTHENTICATED or FORBIDDEN.</exception>
#pragma warning disable CA1822 // It will hold what checks tokens.
    public ValueTask<ConnectionGrant> AcceptAsync(HttpContext http, string? bearerToken) =>
        new(new ConnectionGrant(http.User, null));
#pragma warning restore CA1822

    /// <summary>The token in <c>Bearer …</c>; null when it is anything else.</summary>
    public static string? Token(string? authorization) =>
        authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true
            ? authorization[Scheme.Length..].Trim()
            : null;
}

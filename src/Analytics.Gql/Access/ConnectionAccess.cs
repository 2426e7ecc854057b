// Who may open a connection that stays open, and until when: a socket's token may come after its request.
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Analytics.Gql.Access;

/// <summary>What a connection may do while it lasts.</summary>
/// <param name="User">Whose operations they are.</param>
/// <param name="ExpiresAt">When the connection is closed: the token's end. Null: never.</param>
public sealed record ConnectionGrant(ClaimsPrincipal User, DateTimeOffset? ExpiresAt);

/// <summary>Asked for each socket when its connection_init comes.</summary>
public sealed class ConnectionAccess(TokenCheck tokens, IServiceScopeFactory scopes)
{
    private const string Scheme = "Bearer ";

    /// <param name="http">The request, or that which became a socket.</param>
    /// <param name="bearerToken">From the header Authorization, or from the member of that name in the payload of
    /// connection_init; null when neither has one.</param>
    /// <exception cref="Engine.ClientError">UNAUTHENTICATED, or UNAVAILABLE while tokens cannot be checked.</exception>
    public async ValueTask<ConnectionGrant> AcceptAsync(HttpContext http, string? bearerToken)
    {
        // What checks tokens reads them from a request, once for each: a token of its own gets a request of its own.
        await using var scope = scopes.CreateAsyncScope();
        var request = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        if (bearerToken is not null)
            request.Request.Headers.Authorization = Scheme + bearerToken;
        var result = await request.AuthenticateAsync();
        return result.Succeeded
            ? new ConnectionGrant(result.Principal, result.Properties.ExpiresUtc)
            : throw (await tokens.RefusalForAsync(result.Failure, http.RequestAborted)).Error;
    }

    /// <summary>What the token of a request allows that has come in: an event stream is one.</summary>
    public static async ValueTask<ConnectionGrant> OfRequestAsync(HttpContext http) =>
        new(http.User, (await http.AuthenticateAsync()).Properties?.ExpiresUtc);

    /// <summary>The token in <c>Bearer …</c>; null when it is anything else.</summary>
    public static string? Token(string? authorization) =>
        authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true
            ? authorization[Scheme.Length..].Trim()
            : null;
}

// What is said to whoever could not come in: one sentence for each thing that can be wrong with a token.
using Analytics.Gql.Engine;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Analytics.Gql.Access;

/// <summary>Why nobody came in.</summary>
/// <param name="Status">401, or 503 where the token could not be checked.</param>
/// <param name="Challenge">The header WWW-Authenticate (RFC 6750); null with 503.</param>
public sealed record TokenRefusal(int Status, string? Challenge, ClientError Error);

public sealed partial class TokenCheck(IOptionsMonitor<JwtBearerOptions> jwt, ILogger<TokenCheck> log)
{
    /// <returns>Null where the request's user has come in.</returns>
    public async ValueTask<TokenRefusal?> RefusalAsync(HttpContext http) => http.User.Identity?.IsAuthenticated == true
        ? null
        : await RefusalForAsync((await http.AuthenticateAsync()).Failure, http.RequestAborted); // it is kept for the request

    /// <param name="failure">What checking the token ended with; null: there was none.</param>
    public async ValueTask<TokenRefusal> RefusalForAsync(Exception? failure, CancellationToken ct)
    {
        if (failure is null)
            return Unauthenticated("Bearer", "The request has no bearer token. Send the header 'Authorization: Bearer …'.");
        // Without the issuer's keys every token looks like a stranger's.
        if (!await HasKeysAsync(ct))
            return new TokenRefusal(StatusCodes.Status503ServiceUnavailable, null, new ClientError(
                ErrorCodes.Unavailable, "The token cannot be checked for now: its issuer does not answer. Try again later."));
        var what = (failure is AggregateException several ? several.InnerExceptions[0] : failure) switch
        {
            SecurityTokenExpiredException => "The token has expired.",
            SecurityTokenNotYetValidException => "The token is not valid yet.",
            SecurityTokenInvalidIssuerException => "The token was issued by somebody whom this service does not trust.",
            SecurityTokenInvalidAudienceException => "The token is meant for another service.",
            SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException => "The token has no time of expiry that can be used.",
            SecurityTokenInvalidAlgorithmException => "The token is signed in a way that this service does not take.",
            _ => "The token's signature cannot be verified, or it is no JSON Web Token.",
        };
        return Unauthenticated("Bearer error=\"invalid_token\"", $"{what} Sign in again.");
    }

    private async ValueTask<bool> HasKeysAsync(CancellationToken ct)
    {
        if (jwt.Get(JwtBearerDefaults.AuthenticationScheme).ConfigurationManager is not { } issuer)
            return true;
        try
        {
            await issuer.GetConfigurationAsync(ct);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogUnchecked(log, e);
            return false;
        }
    }

    private static TokenRefusal Unauthenticated(string challenge, string message) =>
        new(StatusCodes.Status401Unauthorized, challenge, new ClientError(ErrorCodes.Unauthenticated, message));

    [LoggerMessage(LogLevel.Error, "Tokens cannot be checked. Is Analytics:Auth:Authority right, and can this host reach it?")]
    private static partial void LogUnchecked(ILogger log, Exception exception);
}

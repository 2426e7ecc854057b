// Ends the reading of a request that cannot be answered with data.
using Analytics.Gql.Access;
using Analytics.Gql.Engine;

namespace Analytics.Gql.Http;

/// <summary>The request is refused with a status and an error body.</summary>
public sealed class RequestRefusedException(
    int status, string code, string message, string? allow = null, string? challenge = null,
    int? retryAfterS = null)
    : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>The methods to offer in the Allow header, with 405.</summary>
    public string? Allow { get; } = allow;

    /// <summary>What to answer in the WWW-Authenticate header, with 401.</summary>
    public string? Challenge { get; } = challenge;

    /// <summary>Seconds for the Retry-After header, with 429 and 503.</summary>
    public int? RetryAfterS { get; } = retryAfterS;

    public ClientError Error => new(code, Message);

    public static RequestRefusedException Of(TokenRefusal refusal) =>
        new(refusal.Status, refusal.Error.Code!, refusal.Error.Message, challenge: refusal.Challenge);

    public static RequestRefusedException BadRequest(string message) =>
        new(StatusCodes.Status400BadRequest, ErrorCodes.BadRequest, message);
}

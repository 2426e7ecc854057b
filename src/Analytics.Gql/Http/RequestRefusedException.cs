// Ends the reading of a request that cannot be answered with data.
using Analytics.Gql.Engine;

namespace Analytics.Gql.Http;

/// <summary>The request is refused with a status and an error body.</summary>
public sealed class RequestRefusedException(int status, string code, string message, string? allow = null)
    : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>The methods to offer in the Allow header, with 405.</summary>
    public string? Allow { get; } = allow;

    public ClientError Error => new(code, Message);

    public static RequestRefusedException BadRequest(string message) =>
        new(StatusCodes.Status400BadRequest, ErrorCodes.BadRequest, message);
}

// Errors that clients see: a stable code, and a message with the value, the limit and the remedy.
using GraphQL;

namespace Analytics.Gql.Engine;

/// <summary>The values of <c>extensions.code</c>; they never change their meaning.</summary>
public static class ErrorCodes
{
    /// <summary>An argument, variable or request member is wrong. Correct it.</summary>
    public const string BadUserInput = "BAD_USER_INPUT";

    /// <summary>What the arguments name does not exist, or is not the caller's to see.</summary>
    public const string NotFound = "NOT_FOUND";

    /// <summary>The request asks for more than a documented bound. Ask for less.</summary>
    public const string LimitExceeded = "LIMIT_EXCEEDED";

    /// <summary>The document cannot be parsed.</summary>
    public const string ParseFailed = "GRAPHQL_PARSE_FAILED";

    /// <summary>The document does not fit the schema.</summary>
    public const string ValidationFailed = "GRAPHQL_VALIDATION_FAILED";

    /// <summary>GET runs queries only.</summary>
    public const string MethodNotAllowed = "METHOD_NOT_ALLOWED";

    /// <summary>The statement time-out ended the work. Ask for less, or try again.</summary>
    public const string Timeout = "TIMEOUT";

    /// <summary>The database cannot be reached. Try again.</summary>
    public const string Unavailable = "UNAVAILABLE";

    /// <summary>A fault of the server's, logged under the trace id in <c>extensions.traceId</c>.</summary>
    public const string Internal = "INTERNAL";
}

/// <summary>An error that the client can act on; its message is shown as it is.</summary>
public sealed class ClientError : ExecutionError
{
    public ClientError(string code, string message) : base(message) => Code = code;

    public static ClientError BadInput(string message) => new(ErrorCodes.BadUserInput, message);
    public static ClientError Limit(string message) => new(ErrorCodes.LimitExceeded, message);
    public static ClientError NotFound(string message) => new(ErrorCodes.NotFound, message);
}

// Every code a client can meet under errors[].extensions.code.
namespace Analytics.Gql.Engine;

/// <summary>The stable codes of errors: part of the contract, never renamed.</summary>
public static class ErrorCodes
{
    /// <summary>The client sent a value that cannot be used: a malformed id, a reversed range. Correct the value that
    /// the message names.</summary>
    public const string BadUserInput = "BAD_USER_INPUT";

    /// <summary>The client asked for something that is not there, or that it may not know of. Check the id.</summary>
    public const string NotFound = "NOT_FOUND";

    /// <summary>The client sent no token or an invalid one. Sign in again.</summary>
    public const string Unauthenticated = "UNAUTHENTICATED";

    /// <summary>The client is known but may not do this. Ask for the scope that the message names.</summary>
    public const string Forbidden = "FORBIDDEN";

    /// <summary>The client asked for more than a bound allows. Ask for less, or in several requests; an operator can
    /// raise the bound.</summary>
    public const string LimitExceeded = "LIMIT_EXCEEDED";

    /// <summary>The database took longer than the server waits. Ask for less, or try again later.</summary>
    public const string Timeout = "TIMEOUT";

    /// <summary>A part of the service cannot be reached for now. Try again later.</summary>
    public const string Unavailable = "UNAVAILABLE";

    /// <summary>A fault of the server. Report the trace id of the error; the log has the cause under it.</summary>
    public const string Internal = "INTERNAL";

    /// <summary>The client sent a document that is not GraphQL. Correct it at the location given.</summary>
    public const string ParseFailed = "GRAPHQL_PARSE_FAILED";

    /// <summary>The client sent a document that does not fit the schema. Correct it at the location given.</summary>
    public const string ValidationFailed = "GRAPHQL_VALIDATION_FAILED";

    /// <summary>The client used an HTTP method that cannot do this. Use one of those in the Allow header.</summary>
    public const string MethodNotAllowed = "METHOD_NOT_ALLOWED";

    /// <summary>The client sent a body that is not application/json. Send JSON and say so in Content-Type.</summary>
    public const string UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE";

    /// <summary>The client accepts none of the media types that the server can answer with. Accept
    /// application/json.</summary>
    public const string NotAcceptable = "NOT_ACCEPTABLE";

    /// <summary>The client sent a request that is not a GraphQL request: broken JSON, a missing query. Correct what
    /// the message names.</summary>
    public const string BadRequest = "BAD_REQUEST";

    /// <summary>The client sent more requests than it may in a minute. Wait as long as the Retry-After header
    /// says.</summary>
    public const string RateLimited = "RATE_LIMITED";

    /// <summary>The client sent its own text to a server that answers trusted documents only. Send the id of
    /// one.</summary>
    public const string TrustedDocumentsOnly = "TRUSTED_DOCUMENTS_ONLY";

    /// <summary>The client sent a documentId that the server does not know. Send one that 'analytics-gql schema
    /// documents' lists.</summary>
    public const string DocumentNotFound = "DOCUMENT_NOT_FOUND";

    /// <summary>The client sent the hash of a query that the server does not remember. Send hash and query together;
    /// Apollo's clients do so by themselves.</summary>
    public const string PersistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND";

    /// <summary>The client sent the hash of a query to a server that remembers none. Send the query.</summary>
    public const string PersistedQueryNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED";

    /// <summary>The client asked for __schema or __type where introspection is off. Use the schema file of your
    /// build.</summary>
    public const string IntrospectionDisabled = "INTROSPECTION_DISABLED";
}

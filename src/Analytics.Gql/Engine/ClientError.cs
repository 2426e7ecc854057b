// The one error that features throw on purpose; whatever else they throw is masked.
using GraphQL;

namespace Analytics.Gql.Engine;

/// <summary>An error that the client is meant to read: its message and code reach it unchanged, with the path of the
/// field.</summary>
public sealed class ClientError : ExecutionError
{
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="message">What is wrong, the value, the limit and the remedy.</param>
    public ClientError(string code, string message) : base(message) => Code = code;

    /// <summary>A twin without path and location: one failed fetch reaches several fields, and each reports its own
    /// path.</summary>
    internal ClientError Twin() =>
        new(Code!, Message) { Extensions = Extensions is null ? null : new Dictionary<string, object?>(Extensions) };
}

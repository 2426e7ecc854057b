// What of an error reaches the client: stable codes, and nothing from inside.
using System.Diagnostics;
using GraphQL;
using GraphQL.Execution;
using GraphQL.Validation;
using GraphQL.Validation.Errors;

namespace Analytics.Gql.Engine;

/// <summary>Turns an execution error into its <c>message</c> and <c>extensions</c>.</summary>
public sealed class ErrorPresenter : IErrorInfoProvider
{
    public ErrorInfo GetInfo(ExecutionError executionError)
    {
        var (code, message) = Describe(executionError);
        var extensions = new Dictionary<string, object?> { ["code"] = code };
        if (code == ErrorCodes.Internal)
            extensions["traceId"] = TraceId;
        return new ErrorInfo { Message = message, Extensions = extensions };
    }

    public static string TraceId => Activity.Current?.TraceId.ToString() ?? "none";

    private static (string Code, string Message) Describe(ExecutionError error) => error switch
    {
        ClientError client => (client.Code!, client.Message),
        UnhandledError { InnerException: ClientError client } => (client.Code!, client.Message),
        SyntaxError syntax => (ErrorCodes.ParseFailed, syntax.Message),
        LimitError limit => (ErrorCodes.LimitExceeded, limit.Message),
        MethodError method => (ErrorCodes.MethodNotAllowed, method.Message),
        ArgumentsOfCorrectTypeError or InvalidVariableError or DefaultValuesOfCorrectTypeError =>
            (ErrorCodes.BadUserInput, $"{error.Message}{Remedy(error.Message)}"),
        ValidationError => (ErrorCodes.ValidationFailed, error.Message),
        InvalidOperationError or NoOperationError => (ErrorCodes.BadUserInput, error.Message),
        _ => (ErrorCodes.Internal, $"The server failed to answer. Nothing is wrong with the request as such; quote trace id {TraceId}."),
    };

    private static string Remedy(string message) =>
        message.Contains("'ID", StringComparison.Ordinal) ? " Give the id as UUID text, such as \"1b4e28ba-2fa1-11d2-883f-0016d3cca427\"."
        : message.Contains("'Date", StringComparison.Ordinal) ? " Give the day as \"YYYY-MM-DD\"."
        : "";
}

/// <summary>The operation asks for more than a limit allows.</summary>
public sealed class LimitError(string message) : ValidationError(message);

/// <summary>The operation may not run by this HTTP method.</summary>
public sealed class MethodError(string message) : ValidationError(message);

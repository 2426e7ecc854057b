// Gives every error its stable code and its message; nothing else of an exception reaches the client.
using Analytics.Gql.Engine.Scalars;
using GraphQL;
using GraphQL.Execution;
using GraphQL.Validation;
using GraphQL.Validation.Errors;

namespace Analytics.Gql.Engine;

/// <summary>Renders the errors of the engine and of features; the engine's own codes, which tell exception types, are
/// dropped.</summary>
public sealed class ErrorPresenter : IErrorInfoProvider
{
    private const string ConversionPhrase = "Unable to convert ";

    public ErrorInfo GetInfo(ExecutionError executionError)
    {
        var (code, message) = executionError switch
        {
            ClientError client => (client.Code!, client.Message),
            SyntaxError syntax => (ErrorCodes.ParseFailed, syntax.Message),
            InvalidVariableError { InnerException: { } cause } variable =>
                (ErrorCodes.BadUserInput, OfVariable(variable, cause)),
            InvalidVariableError or InvalidLiteralError or InvalidValueError
                or ArgumentsOfCorrectTypeError or DefaultValuesOfCorrectTypeError =>
                (ErrorCodes.BadUserInput, executionError.Message),
            InvalidOperationNameError =>
                (ErrorCodes.BadUserInput, executionError.Message + " Send the name of one that it has."),
            NoOperationNameError =>
                (ErrorCodes.BadUserInput, executionError.Message + " Say in 'operationName' which one to run."),
            DocumentError => (ErrorCodes.ValidationFailed, executionError.Message),
            _ => (ErrorCodes.Internal, "The server failed to answer."),
        };
        return new ErrorInfo { Message = message, Extensions = Extensions(executionError, code) };
    }

    private static Dictionary<string, object?> Extensions(ExecutionError error, string code)
    {
        var extensions = new Dictionary<string, object?> { ["code"] = code };
        if (error is ClientError { Extensions: { } own })
            foreach (var (key, value) in own) extensions.TryAdd(key, value);
        return extensions;
    }

    // The engine repeats the whole value and hides what our scalars say of it; ours names the value and the remedy.
    private static string OfVariable(InvalidVariableError error, Exception cause)
    {
        if (cause is not InputFormatException) return error.Message;
        var cut = error.Message.IndexOf(ConversionPhrase, StringComparison.Ordinal);
        return cut < 0 ? error.Message : error.Message[..cut] + cause.Message;
    }
}

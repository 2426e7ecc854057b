// Checks a file with a document as the server would check a request: size, syntax, shape, schema.
using System.Text;
using Analytics.Gql.Engine.Limits;
using GraphQL;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQL.Validation.Rules;
using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine.Documents;

/// <summary>Everything that can be told of a document before a request brings its variables.</summary>
public sealed class DocumentCheck(IOptions<LimitOptions> limits)
{
    private readonly IValidationRule[] _rules =
    [
        new ShapeRule(limits.Value),
        .. DocumentValidator.CoreRules.Where(rule => rule is not FieldArgumentsAreValidRule),
    ];

    /// <summary>The names of the document's operations.</summary>
    /// <exception cref="SettingsException">It does not fit; names file, line and remedy.</exception>
    public IReadOnlyList<string> OperationsOf(string file, string text, ISchema schema)
    {
        var most = limits.Value.MaxDocumentBytes;
        if (Encoding.UTF8.GetByteCount(text) is var bytes && bytes > most)
            throw Unfit(file, 1, $"The document has {bytes} bytes; at most {most}.");
        var document = Parse(file, text);
        List<GraphQLOperationDefinition> operations =
            [.. document.Definitions.OfType<GraphQLOperationDefinition>()];
        if (operations.Count == 0) throw Unfit(file, 1, "The document has no operation.");
        if (FirstError(document, operations[0], schema) is { } error)
            throw Unfit(file, error.Locations is { Count: > 0 } at ? at[0].Line : 1, error.Message);
        return [.. operations.Select(operation => operation.Name?.StringValue).OfType<string>()];
    }

    private static GraphQLDocument Parse(string file, string text)
    {
        try
        {
            return Parser.Parse(text);
        }
        catch (GraphQLSyntaxErrorException error)
        {
            throw Unfit(file, error.Location.Line, error.Description);
        }
        catch (GraphQLMaxDepthExceededException)
        {
            throw Unfit(file, 1, "The document is nested too deeply to be read.");
        }
    }

    private ExecutionError? FirstError(
        GraphQLDocument document, GraphQLOperationDefinition operation, ISchema schema)
    {
        try
        {
            // No rule waits for anything, so this has ended when it returns.
            var result = new DocumentValidator().ValidateAsync(new ValidationOptions
            {
                Schema = schema,
                Document = document,
                Operation = operation,
                Rules = _rules,
                UserContext = new OperationContext("start"),
                Variables = Inputs.Empty,
            }).GetAwaiter().GetResult();
            // The values of variables come with each request.
            return result.Errors.FirstOrDefault(error => error is not InvalidVariableError);
        }
        catch (ClientError error)
        {
            return error;
        }
    }

    private static SettingsException Unfit(string file, int line, string what) => new(
        $"{file}, line {line}: {what} Correct the file for this version of the schema, or remove it; "
        + "'analytics-gql schema export' prints the schema.");
}

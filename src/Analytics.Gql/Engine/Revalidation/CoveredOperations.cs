// Finds the coverage of a request's operation, and remembers it as long as its document is kept.
using System.Runtime.CompilerServices;
using System.Text;
using Analytics.Gql.Engine.Documents;
using Analytics.Gql.Engine.Limits;
using GraphQL.Types;
using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine.Revalidation;

/// <summary>A request whose answer depends on the versions of some users alone.</summary>
/// <param name="UserIds">Each once, in the same order each time.</param>
/// <param name="NeedsNothingPending">While changes of theirs are pending, its answer is another each time.</param>
public sealed record CoveredOperation(IReadOnlyList<Guid> UserIds, bool NeedsNothingPending);

/// <summary>What the answer to such an operation depends on.</summary>
/// <param name="State">Another text whenever the answer might be another.</param>
/// <param name="Moment">Another number whenever something was pending in between and is no more, which may leave no trace in
/// the state.</param>
public sealed record AnswerVersion(string State, long Moment);

/// <summary>The version at this moment; null when it cannot be told.</summary>
public delegate Task<AnswerVersion?> ReadAnswerVersion(CoveredOperation operation, CancellationToken ct);

public sealed class CoveredOperations(
    ISchema schema, RequestedDocuments requested, DocumentCache documents, IOptions<LimitOptions> limits)
{
    private readonly ConditionalWeakTable<GraphQLOperationDefinition, StrongBox<Coverage?>> _known = [];

    /// <returns>Null when the operation has to be executed to know its answer, or to know what is wrong with
    /// it.</returns>
    public CoveredOperation? Find(OperationRequest request)
    {
        if (DocumentOf(request) is not { } document || OperationOf(document, request.OperationName) is not { } operation)
            return null;
        var coverage = _known.GetValue(operation, _ => new(Coverage.Of(document, operation, schema))).Value;
        return coverage?.UsersOf(request.Variables) is { } users && users.Count <= limits.Value.MaxUsers
            ? new CoveredOperation(users, coverage.RunsWhilePending || coverage.MayBeFresh(request.Variables))
            : null;
    }

    private GraphQLDocument? DocumentOf(OperationRequest request)
    {
        try
        {
            var text = requested.Resolve(request).Query;
            return documents.Find(text)
                ?? (Encoding.UTF8.GetByteCount(text) <= limits.Value.MaxDocumentBytes ? Parser.Parse(text) : null);
        }
        catch (Exception e) when (e is ClientError or GraphQLParserException or IndexOutOfRangeException)
        {
            // Whoever executes it will say what is wrong.
            return null;
        }
    }

    private static GraphQLOperationDefinition? OperationOf(GraphQLDocument document, string? name)
    {
        var operations = document.Definitions.OfType<GraphQLOperationDefinition>()
            .Where(o => name is null || o.Name?.StringValue == name).Take(2).ToList();
        return operations.Count == 1 ? operations[0] : null;
    }
}

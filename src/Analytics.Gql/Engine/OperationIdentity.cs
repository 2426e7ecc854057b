// Which operation it was, in words that telemetry may use.
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text;
using Analytics.Gql.Engine.Documents;
using Analytics.Gql.Telemetry;
using GraphQL;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine;

/// <param name="Type"><c>query</c>, <c>mutation</c> or <c>subscription</c>.</param>
/// <param name="Name">As the client calls it; null when it has none.</param>
/// <param name="SeriesName">The name where it is one of few: that of a trusted document's operation.</param>
/// <param name="SpanName">The type, and for a trusted document the name.</param>
/// <param name="DocumentHash"><c>sha256:…</c> of the text; equal to the id of a trusted document.</param>
internal sealed record OperationIdentity(
    string Type, string? Name, string SeriesName, string SpanName, string DocumentHash, bool IsTrusted);

/// <summary>Knows the operations of cached documents by reference, so that a request does not hash its text again.</summary>
internal sealed class OperationIdentities(TrustedDocuments trusted)
{
    private readonly FrozenDictionary<string, TrustedDocument> _byText =
        trusted.All.DistinctBy(document => document.Text).ToFrozenDictionary(document => document.Text, StringComparer.Ordinal);

    private readonly ConditionalWeakTable<GraphQLOperationDefinition, OperationIdentity> _known = [];

    /// <summary>Null when the document did not get as far as having an operation.</summary>
    public OperationIdentity? Of(ExecutionResult result) => result.Operation is { } operation
        ? _known.TryGetValue(operation, out var known) ? known : Add(operation, result.Query.ToString())
        : null;

    private OperationIdentity Add(GraphQLOperationDefinition operation, string text)
    {
        var type = operation.Operation switch
        {
            OperationType.Mutation => "mutation",
            OperationType.Subscription => "subscription",
            _ => "query",
        };
        var name = operation.Name?.StringValue;
        var document = _byText.GetValueOrDefault(text);
        var identity = new OperationIdentity(
            type, name, document is not null && name is not null ? name : ServerTelemetry.Other,
            document is not null && name is not null ? $"{type} {name}" : type,
            document?.Id ?? TrustedDocuments.IdOf(Encoding.UTF8.GetBytes(text)), document is not null);
        _known.AddOrUpdate(operation, identity);
        return identity;
    }
}

// What travels with one operation besides its text: asked how, traced under which id.
using Analytics.Gql.Engine.Plain;
using Analytics.Gql.Engine.Streaming;

namespace Analytics.Gql.Engine;

/// <summary>One operation as the engine is asked to run it.</summary>
/// <param name="Query">The GraphQL document; empty where <paramref name="DocumentId"/> or a persisted query in
/// <paramref name="Extensions"/> stands for it.</param>
/// <param name="OperationName">Which operation of the document; null when it has only one.</param>
/// <param name="Variables">JSON values: string, int, long, double, bool, null, list, dictionary.</param>
/// <param name="DocumentId">The id of a trusted document, instead of its text.</param>
/// <param name="Extensions">The request's member of that name; values as in <paramref name="Variables"/>.</param>
public sealed record OperationRequest(
    string Query, string? OperationName = null, IReadOnlyDictionary<string, object?>? Variables = null,
    string? DocumentId = null, IReadOnlyDictionary<string, object?>? Extensions = null);

/// <summary>The engine's user context: features may keep values of their own in the dictionary.</summary>
/// <param name="traceId">Under which the operation's faults are logged; the client sees it.</param>
/// <param name="queriesOnly">Refuse mutations and subscriptions (a GET must change nothing).</param>
public sealed class OperationContext(string traceId, bool queriesOnly = false) : Dictionary<string, object?>
{
    public string TraceId { get; } = traceId;

    public bool QueriesOnly { get; } = queriesOnly;

    /// <summary>The caller can take more than one result; otherwise subscriptions are refused.</summary>
    public bool CanStream { get; init; }

    /// <summary>The last event that a client saw which comes back; its subscription goes on after it.</summary>
    public string? LastEventId { get; init; }

    /// <summary>What a subscription field answers: the events of <paramref name="source"/>, as fast as the client takes
    /// them.</summary>
    public IObservable<T> Stream<T>(IAsyncEnumerable<T> source) => new PulledStream<T>(source, Demand);

    internal Demand Demand { get; } = new();

    /// <summary>Tell in the answer's extensions what the operation costs.</summary>
    public bool TellsCost { get; init; }

    /// <summary>What the operation costs, once it was measured.</summary>
    public long? Cost { get; internal set; }

    internal Selections Selections { get; } = new();
}

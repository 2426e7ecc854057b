// Keeps parsed and validated documents, so that a dashboard's queries are parsed and checked once.
using Analytics.Gql.Engine.Limits;
using GraphQLParser.AST;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine;

/// <summary>The documents used last, bounded by the memory they take (<see
/// cref="LimitOptions.DocumentCacheBytes"/>).</summary>
/// <remarks>Documents are immutable once parsed, so operations share them.</remarks>
public sealed class DocumentCache(IOptions<LimitOptions> limits)
{
    /// <summary>Text and syntax tree together, per character: measured 17 for an ordinary operation and 88 for the
    /// densest, so that the bound holds for both.</summary>
    public const int BytesPerCharacter = 90;

    private readonly LatestUsed<GraphQLDocument> _documents = new(limits.Value.DocumentCacheBytes);

    private long _hits, _misses;

    public int Count => _documents.Count;

    /// <summary>Looks that found a document, since the start.</summary>
    public long Hits => Volatile.Read(ref _hits);

    /// <summary>Looks that found none.</summary>
    public long Misses => Volatile.Read(ref _misses);

    /// <summary>The document of this very text, or null.</summary>
    public GraphQLDocument? Find(string text)
    {
        var found = _documents.Find(text);
        Interlocked.Increment(ref found is null ? ref _misses : ref _hits);
        return found;
    }

    /// <summary>Keeps a document that passed every rule; the ones unused for longest make room.</summary>
    public void Keep(string text, GraphQLDocument document) =>
        _documents.Keep(text, document, 1_000 + (long)text.Length * BytesPerCharacter);
}

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

    private readonly long _maxBytes = limits.Value.DocumentCacheBytes;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byText = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _latestFirst = [];
    private long _bytes;

    public int Count { get { lock (_gate) return _byText.Count; } }

    /// <summary>The document of this very text, or null.</summary>
    public GraphQLDocument? Find(string text)
    {
        lock (_gate)
        {
            if (!_byText.TryGetValue(text, out var node)) return null;
            if (_latestFirst.First != node)
            {
                _latestFirst.Remove(node);
                _latestFirst.AddFirst(node);
            }
            return node.Value.Document;
        }
    }

    /// <summary>Keeps a document that passed every rule; the ones unused for longest make room.</summary>
    public void Keep(string text, GraphQLDocument document)
    {
        var size = SizeOf(text);
        if (size > _maxBytes) return;
        lock (_gate)
        {
            if (_byText.ContainsKey(text)) return;
            _byText.Add(text, _latestFirst.AddFirst(new Entry(text, document)));
            _bytes += size;
            while (_bytes > _maxBytes)
            {
                var oldest = _latestFirst.Last!;
                _latestFirst.RemoveLast();
                _byText.Remove(oldest.Value.Text);
                _bytes -= SizeOf(oldest.Value.Text);
            }
        }
    }

    private static long SizeOf(string text) => 1_000 + (long)text.Length * BytesPerCharacter;

    private readonly record struct Entry(string Text, GraphQLDocument Document);
}

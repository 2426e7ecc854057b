// Which documents the server knows by an id, and whether it answers any others: settings under Analytics:Documents.
using Analytics.Gql.Engine.Limits;

namespace Analytics.Gql.Engine.Documents;

public sealed class DocumentOptions
{
    public const string Section = "Analytics:Documents";

    /// <summary>A folder whose <c>*.graphql</c> files are trusted documents beside those shipped; folders within it
    /// too. Read once, at start.</summary>
    public string? Folder { get; set; }

    /// <summary>Answer trusted documents only; a request with its own text is refused.</summary>
    public bool TrustedOnly { get; set; }

    /// <summary>Memory for automatic persisted queries, in bytes; 0 turns them off.</summary>
    [Bounds(0, 1_073_741_824)] public long ApqCacheBytes { get; set; } = 8_388_608;
}

// From what a request names to the text that runs: its own text, a trusted document, or an automatic persisted query.
using System.Text;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine.Documents;

// documentId? trusted or DOCUMENT_NOT_FOUND ⇒ persistedQuery without text? trusted, then remembered, else
// PERSISTED_QUERY_NOT_FOUND (the client sends hash and text) ⇒ text: only trusted ones allowed? refuse ⇒ hash beside
// it must be its own, and once the document ran it is remembered
//
// The names and messages of automatic persisted queries are those of Apollo's protocol: its clients compare them.

/// <summary>Finds the text of a request.</summary>
public sealed class RequestedDocuments(TrustedDocuments trusted, IOptions<DocumentOptions> options)
{
    // Dictionary entry, list node and both strings' headers.
    private const int BytesPerEntry = 400;

    private readonly LatestUsed<string> _remembered = new(options.Value.ApqCacheBytes);

    private bool RemembersQueries => options.Value.ApqCacheBytes > 0 && !options.Value.TrustedOnly;

    /// <summary>The request with its text in <see cref="OperationRequest.Query"/>.</summary>
    /// <exception cref="ClientError">There is no such text, or it may not run.</exception>
    public OperationRequest Resolve(OperationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.DocumentId is { } id) return request with { Query = (trusted.Find(id) ?? throw Unknown(id)).Text };
        var hash = PersistedQuery.HashOf(request.Extensions);
        if (request.Query.Length == 0 && hash is not null) return request with { Query = TextOf(hash) };
        if (options.Value.TrustedOnly)
            throw new ClientError(
                ErrorCodes.TrustedDocumentsOnly,
                "This server answers trusted documents only. Send 'documentId' instead of 'query'; "
                + "'analytics-gql schema documents' lists the ids, and an operator adds documents in "
                + $"{DocumentOptions.Section}:{nameof(DocumentOptions.Folder)}.");
        if (hash is not null && hash != HashOf(request.Query))
            throw new ClientError(
                ErrorCodes.BadUserInput,
                $"extensions.persistedQuery.sha256Hash is {hash}; the hash of 'query' is {HashOf(request.Query)}. "
                + "Hash the exact UTF-8 text that is sent.");
        return request;
    }

    /// <summary>Remembers the text under the hash that came with it. Call it once the document passed every
    /// rule.</summary>
    public void Ran(OperationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!RemembersQueries || request.DocumentId is not null) return;
        if (PersistedQuery.HashOf(request.Extensions) is not { } hash) return;
        _remembered.Keep(hash, request.Query, BytesPerEntry + 2L * (hash.Length + request.Query.Length));
    }

    private string TextOf(string hash)
    {
        if (trusted.Find("sha256:" + hash) is { } known) return known.Text;
        if (!RemembersQueries)
            throw new ClientError(ErrorCodes.PersistedQueryNotSupported, "PersistedQueryNotSupported");
        return _remembered.Find(hash)
            ?? throw new ClientError(ErrorCodes.PersistedQueryNotFound, "PersistedQueryNotFound");
    }

    private static string HashOf(string text) =>
        TrustedDocuments.IdOf(Encoding.UTF8.GetBytes(text))["sha256:".Length..];

    private static ClientError Unknown(string id) => new(
        ErrorCodes.DocumentNotFound,
        $"There is no document '{(id.Length <= 80 ? id : id[..80] + "…")}'. An id is 'sha256:' and the hash of the "
        + "file's bytes as 64 lower-case hex digits; 'analytics-gql schema documents' lists those of this server. "
        + $"Build the client with them, or add the file to {DocumentOptions.Section}:{nameof(DocumentOptions.Folder)} "
        + "and restart.");
}

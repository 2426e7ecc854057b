// Keeps documents that were parsed and validated: a hit skips both. Bounded by bytes.
using GraphQL;
using GraphQL.DI;
using GraphQLParser.AST;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine;

/// <summary>Rules that depend on the variables or on the request run for cached documents all the same.</summary>
public sealed class DocumentCache(IOptions<Limits.LimitOptions> limits) : IConfigureExecution, IDisposable
{
    /// <summary>A syntax tree takes about this many bytes for each character of its text.</summary>
    private const int BytesPerCharacter = 40;

    private readonly MemoryCache _documents = new(new MemoryCacheOptions { SizeLimit = limits.Value.DocumentCacheBytes });

    public float SortOrder => 200;

    public async Task<ExecutionResult> ExecuteAsync(ExecutionOptions options, ExecutionDelegate next)
    {
        if (options.Document is not null || string.IsNullOrEmpty(options.Query))
            return await next(options).ConfigureAwait(false);
        var query = options.Query;
        if (_documents.TryGetValue(query, out GraphQLDocument? document))
        {
            options.Document = document;
            options.ValidationRules = options.CachedDocumentValidationRules ?? [];
            return await next(options).ConfigureAwait(false);
        }
        var result = await next(options).ConfigureAwait(false);
        if (result is { Executed: true, Document: { } validated })
            _documents.Set(query, validated, new MemoryCacheEntryOptions { Size = (long)query.Length * BytesPerCharacter });
        return result;
    }

    public void Dispose() => _documents.Dispose();
}

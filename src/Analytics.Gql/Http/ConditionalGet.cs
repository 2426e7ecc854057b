// Answers a GET with 304 when nothing has changed that its answer depends on.
//
// covered? ⇒ version (one statement) ⇒ the client's tag? 304 ⇒ else execute ⇒ version again: the same? ETag, else none
//
// The version is read before the answer, so that a tag is never newer than its answer; and again after it, because an
// answer from in between, with changes pending that no version tells of later, would otherwise be taken for the older one:
// a drain that took them off the queue and changed nothing shows in the version's moment, and not in the tag.
using System.Security.Cryptography;
using System.Text;
using Analytics.Gql.Access;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Revalidation;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace Analytics.Gql.Http;

/// <param name="read">Null: there is nothing that tells versions, and every request is executed.</param>
public sealed class ConditionalGet(
    CoveredOperations operations, IOptions<HttpOptions> options, ReadAnswerVersion? read = null)
{
    private const int TagBytes = 16;

    // A build may answer otherwise than the one before it.
    private static readonly string _build = typeof(ConditionalGet).Module.ModuleVersionId.ToString();

    private readonly string _cacheControl = options.Value.MaxAgeS == 0
        ? "private, no-cache" : FormattableString.Invariant($"private, max-age={options.Value.MaxAgeS}");

    /// <summary>An answer that may be kept, and the tag under which.</summary>
    public sealed record Tagged(CoveredOperation Operation, AnswerVersion Version, EntityTagHeaderValue Tag);

    /// <returns>Null when the answer may not be kept.</returns>
    public async Task<Tagged?> FindAsync(HttpContext http, string mediaType, OperationRequest request)
    {
        if (read is null || !options.Value.ConditionalGet || !HttpMethods.IsGet(http.Request.Method) || TellsOfItsExecution(http.Request)
            || operations.Find(request) is not { } operation)
            return null;
        var (may, traceId) = (http.RequestServices.GetRequiredService<Permissions>(), GraphQLEndpoint.TraceId(http));
        if (!operation.UserIds.All(user => may.MayRead(http.User, traceId, user))) return null;
        return await VersionAsync(operation, http.RequestAborted).ConfigureAwait(false) is { } version
            ? new Tagged(operation, version, TagOf(http, mediaType, version.State)) : null;
    }

    /// <summary>Answers 304 where the client has this very answer.</summary>
    /// <returns>False where it has not.</returns>
    public bool TryNotModified(HttpContext http, Tagged tagged)
    {
        if (!http.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Compare(tagged.Tag, useStrongComparison: false))) return false;
        http.RequestServices.GetRequiredService<Permissions>().AuditReads();
        http.Response.StatusCode = StatusCodes.Status304NotModified;
        Describe(http.Response, tagged);
        return true;
    }

    /// <summary>Lets the client keep the answer that was just made, if nothing changed meanwhile.</summary>
    public async Task TellTagAsync(HttpContext http, Tagged tagged, OperationResult result)
    {
        if (result is { Executed: true, HasErrors: false }
            && await VersionAsync(tagged.Operation, http.RequestAborted).ConfigureAwait(false) == tagged.Version)
            Describe(http.Response, tagged);
    }

    private void Describe(HttpResponse response, Tagged tagged)
    {
        response.Headers.ETag = tagged.Tag.ToString();
        response.Headers.CacheControl = _cacheControl;
        response.Headers.Vary = "Accept, Authorization";
    }

    // Without a version an answer is only not kept; whether the database can be asked, the answer itself says.
    private async Task<AnswerVersion?> VersionAsync(CoveredOperation operation, CancellationToken ct)
    {
        try
        {
            return await read!(operation, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return null;
        }
    }

    private static bool TellsOfItsExecution(HttpRequest request) =>
        request.Headers.ContainsKey(GraphQLEndpoint.CostHeader) || request.Headers.ContainsKey(GraphQLEndpoint.StatementsHeader);

    private static EntityTagHeaderValue TagOf(HttpContext http, string mediaType, string version)
    {
        var viewer = new Viewer(http.User);
        var all = string.Join('\n', _build, mediaType, http.Request.QueryString.Value, viewer.Subject, viewer.ScopeText, version);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(all)).AsSpan(0, TagBytes);
        return new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(hash)}\"", isWeak: true);
    }
}

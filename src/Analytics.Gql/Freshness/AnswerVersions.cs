// When an answer that a client has is still the one it would get.
using Analytics.Gql.Access;
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;

namespace Analytics.Gql.Freshness;

/// <summary>Tells what an operation's answer depends on at this moment.</summary>
public sealed class AnswerVersions(CoveredOperations operations, ReadVersions versions, ModeMonitor mode)
{
    /// <summary>The operation, when its answer depends on users that the viewer may read, and on nothing else.</summary>
    public CoveredOperation? Find(Engine.OperationRequest request, Permissions may, HttpContext http) =>
        operations.Find(request) is { } covered
            && covered.UserIds.All(user => may.MayRead(http.User, Http.GraphQLEndpoint.TraceId(http), user))
            ? covered : null;

    /// <returns>Another text whenever the answer might be another; null when that cannot be told now.</returns>
    public async Task<string?> ReadAsync(CoveredOperation covered, CancellationToken ct) =>
        await versions.ReadAsync(covered.UserIds, ct).ConfigureAwait(false) is { } version
            && version.Source == mode.SourceFor(Consistency.Refreshed)
            && (version.PendingChanges == 0 || !covered.NeedsNothingPending)
            ? version.State : null;
}

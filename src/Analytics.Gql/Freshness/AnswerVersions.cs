// When an answer that a client has is still the one it would get.
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;

namespace Analytics.Gql.Freshness;

/// <summary>Tells what an operation's answer depends on at this moment.</summary>
public sealed class AnswerVersions(ReadVersions versions, ModeMonitor mode)
{
    /// <inheritdoc cref="ReadAnswerVersion"/>
    public async Task<AnswerVersion?> ReadAsync(CoveredOperation operation, CancellationToken ct) =>
        await versions.ReadAsync(operation.UserIds, ct).ConfigureAwait(false) is { } version
            && version.Source == mode.SourceFor(Consistency.Refreshed)
            && (version.PendingChanges == 0 || !operation.NeedsNothingPending)
            ? new AnswerVersion(version.State, version.DrainNumber) : null;
}

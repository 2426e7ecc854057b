// Sessions by id, many in one statement.
using Analytics.Gql.Batching;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;

namespace Analytics.Gql.SessionSummaries;

/// <summary>Null for an id that no session has.</summary>
public sealed class SessionSummaryLoader(SessionSummariesReader reader, ModeMonitor mode)
    : BatchLoader<Guid, SessionSummary?>
{
    protected override async Task<IReadOnlyList<SessionSummary?>> FetchAsync(
        IReadOnlyList<Guid> keys, CancellationToken ct)
    {
        var found = await reader.ReadAsync(keys, mode.Source, ct);
        return [.. keys.Select(id => found.TryGetValue(id, out var row) ? new SessionSummary(row) : null)];
    }
}

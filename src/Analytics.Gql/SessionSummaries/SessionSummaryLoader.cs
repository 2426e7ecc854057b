// Sessions by id, many in one statement.
using Analytics.Gql.Batching;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;

namespace Analytics.Gql.SessionSummaries;

public sealed class SessionSummaryLoader(SessionSummariesReader reader, ModeMonitor mode) : BatchLoader<Guid, SessionSummary?>
{
    protected override async Task<IReadOnlyDictionary<Guid, SessionSummary?>> FetchAsync(IReadOnlyList<Guid> keys, CancellationToken ct) =>
        (await reader.ReadAsync(keys, mode.Source, ct)).ToDictionary(s => s.Key, s => (SessionSummary?)new SessionSummary(s.Value));

    protected override SessionSummary? Missing(Guid key) => null;
}

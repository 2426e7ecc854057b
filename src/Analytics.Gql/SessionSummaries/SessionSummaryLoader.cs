// Sessions by id, many in one statement.
using Analytics.Gql.Batching;
using Analytics.Gql.Freshness;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;

namespace Analytics.Gql.SessionSummaries;

/// <summary>A session, and how much its row must contain.</summary>
public readonly record struct SessionAsked(Guid SessionId, Consistency Consistency);

/// <summary>Null for an id that no session has.</summary>
public sealed class SessionSummaryLoader(SessionSummariesReader reader, ModeMonitor mode)
    : BatchLoader<SessionAsked, SessionSummary?>
{
    protected override object? PartitionOf(SessionAsked key) => key.Consistency;

    protected override async Task<IReadOnlyList<SessionSummary?>> FetchAsync(
        IReadOnlyList<SessionAsked> keys, CancellationToken ct)
    {
        var found = await reader.ReadAsync(
            [.. keys.Select(key => key.SessionId)], mode.SourceFor(keys[0].Consistency), ct);
        return [.. keys.Select(key => found.TryGetValue(key.SessionId, out var row) ? new SessionSummary(row) : null)];
    }
}

// Freshness of users, many in one statement.
using Analytics.Gql.Batching;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;

namespace Analytics.Gql.Freshness;

public sealed class FreshnessLoader(FreshnessReader reader, ModeMonitor mode) : BatchLoader<Guid, Freshness>
{
    protected override async Task<IReadOnlyDictionary<Guid, Freshness>> FetchAsync(IReadOnlyList<Guid> keys, CancellationToken ct) =>
        (await reader.ReadAsync(keys, mode.Source, ct)).ToDictionary(f => f.Key, f => new Freshness(f.Value));
}

// Freshness of users, many in one statement; and of the whole service, once an operation.
using Analytics.Gql.Batching;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;

namespace Analytics.Gql.Freshness;

public sealed class FreshnessLoader(FreshnessReader reader, ModeMonitor mode) : BatchLoader<Guid, Freshness>
{
    protected override async Task<IReadOnlyList<Freshness>> FetchAsync(IReadOnlyList<Guid> keys, CancellationToken ct)
    {
        var found = await reader.ReadAsync(keys, mode.SourceFor(Consistency.Refreshed), ct);
        return [.. keys.Select(user => new Freshness(found[user]))];
    }
}

/// <summary>The key is the source read, one at a time: however many fields ask, there is one statement.</summary>
public sealed class ServiceFreshnessLoader(FreshnessReader reader) : BatchLoader<ReadSource, Freshness>(maxBatchSize: 1)
{
    protected override async Task<IReadOnlyList<Freshness>> FetchAsync(
        IReadOnlyList<ReadSource> keys, CancellationToken ct) =>
        [new Freshness(await reader.ReadServiceAsync(keys[0], ct))];
}

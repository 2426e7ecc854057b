// The latest refresh runs: however many fields ask, one statement reads as many as the largest wants.
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Store.Refresh;
using GraphQL.DataLoader;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Refresh;

/// <summary>The key is how many; newest first.</summary>
public sealed class RefreshRunsLoader(RefreshRuns runs, IOptions<LimitOptions> limits)
    : BatchLoader<int, IReadOnlyList<RefreshRun>>
{
    /// <exception cref="ClientError">Fewer than one, or more than a page.</exception>
    public IDataLoaderResult<IReadOnlyList<RefreshRun>> LoadLatest(int count)
    {
        var most = limits.Value.MaxPageSize;
        if (count < 1)
            throw new ClientError(
                ErrorCodes.BadUserInput, $"refreshRuns: first is {count}; between 1 and {most}. Ask for at least one.");
        if (count > most)
            throw new ClientError(
                ErrorCodes.LimitExceeded, $"refreshRuns: first is {count}; between 1 and {most}. Ask for fewer.");
        return Load(count);
    }

    protected override async Task<IReadOnlyList<IReadOnlyList<RefreshRun>>> FetchAsync(
        IReadOnlyList<int> keys, CancellationToken ct)
    {
        var latest = (await runs.LatestAsync(keys.Max(), ct)).Select(row => new RefreshRun(row)).ToList();
        return [.. keys.Select(IReadOnlyList<RefreshRun> (count) => [.. latest.Take(count)])];
    }
}

// The latest refresh runs: however many fields ask, one statement for each kind reads as many as the largest wants.
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Store.Refresh;
using GraphQL.DataLoader;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Refresh;

/// <param name="Kind">Null: of every kind.</param>
public sealed record RunsAsked(int Count, RefreshKind? Kind);

/// <summary>Newest first.</summary>
public sealed class RefreshRunsLoader(RefreshRuns runs, IOptions<LimitOptions> limits)
    : BatchLoader<RunsAsked, IReadOnlyList<RefreshRun>>
{
    /// <exception cref="ClientError">Fewer than one, or more than a page.</exception>
    public IDataLoaderResult<IReadOnlyList<RefreshRun>> LoadLatest(int count, RefreshKind? kind)
    {
        var most = limits.Value.MaxPageSize;
        if (count < 1)
            throw new ClientError(
                ErrorCodes.BadUserInput, $"refreshRuns: first is {count}; between 1 and {most}. Ask for at least one.");
        if (count > most)
            throw new ClientError(
                ErrorCodes.LimitExceeded, $"refreshRuns: first is {count}; between 1 and {most}. Ask for fewer.");
        return Load(new RunsAsked(count, kind));
    }

    protected override object? PartitionOf(RunsAsked key) => key.Kind;

    protected override async Task<IReadOnlyList<IReadOnlyList<RefreshRun>>> FetchAsync(
        IReadOnlyList<RunsAsked> keys, CancellationToken ct)
    {
        var kind = keys[0].Kind?.ToString().ToUpperInvariant();
        var latest = (await runs.LatestAsync(keys.Max(key => key.Count), kind, ct)).Select(row => new RefreshRun(row)).ToList();
        return [.. keys.Select(IReadOnlyList<RefreshRun> (key) => [.. latest.Take(key.Count)])];
    }
}

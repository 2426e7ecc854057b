// Ranges of weeks of users, many in one statement.
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;
using GraphQL;
using GraphQL.DataLoader;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.WeeklyAggregates;

/// <param name="Totals">Whether the field selects totals, which cost reading each week's exercise ids.</param>
public readonly record struct WeeksAsked(WeekRange Range, bool Totals);

public sealed class WeeklyAggregatesLoader(
    WeeklyAggregatesReader reader, ModeMonitor mode, IOptions<LimitOptions> limits)
    : BatchLoader<WeeksAsked, WeeklyAggregates>
{
    /// <summary>Loads the weeks that overlap a range of days, with totals where the field selects them.</summary>
    /// <exception cref="ClientError">The range is reversed or too long.</exception>
    public IDataLoaderResult<WeeklyAggregates> Load(
        IResolveFieldContext context, Guid userId, DateOnly from, DateOnly to)
    {
        if (to < from)
            throw new ClientError(
                ErrorCodes.BadUserInput,
                $"weeklyAggregates: 'from' {from:yyyy-MM-dd} lies after 'to' {to:yyyy-MM-dd}. Swap them.");
        var weeks = WeeksOfRange.Count(from, to);
        if (weeks > limits.Value.MaxWeeksPerRange)
            throw new ClientError(
                ErrorCodes.LimitExceeded,
                $"weeklyAggregates: {from:yyyy-MM-dd}..{to:yyyy-MM-dd} spans {weeks} weeks; "
                + $"at most {limits.Value.MaxWeeksPerRange}. Narrow 'from'/'to' or ask for several ranges.");
        var totals = context.SubFields?.Values.Any(selected => selected.Field.Name.Value == "totals") == true;
        return Load(new WeeksAsked(new WeekRange(userId, WeeksOfRange.Monday(from), WeeksOfRange.Monday(to)), totals));
    }

    // Totals are part of the key, so that a range read without them is read again where a later level wants them; in
    // one level they are read for all, since one statement is worth more than the few ids that nobody selects.
    protected override async Task<IReadOnlyList<WeeklyAggregates>> FetchAsync(
        IReadOnlyList<WeeksAsked> keys, CancellationToken ct)
    {
        var ranges = keys.Select(key => key.Range).Distinct().ToList();
        var found = await reader.ReadAsync(ranges, keys.Any(key => key.Totals), mode.Source, ct);
        return [.. keys.Select(key => new WeeklyAggregates(key.Range.UserId, found[key.Range]))];
    }
}

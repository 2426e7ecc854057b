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

public sealed class WeeklyAggregatesLoader(WeeklyAggregatesReader reader, ModeMonitor mode, IOptions<LimitOptions> limits)
    : BatchLoader<WeekRange, WeeklyAggregates>
{
    private bool _totals;

    /// <summary>Loads the weeks that overlap a range of days; totals are read only if some field of the level selects them.</summary>
    public IDataLoaderResult<WeeklyAggregates> Load(IResolveFieldContext context, Guid userId, DateOnly from, DateOnly to)
    {
        if (to < from)
            throw ClientError.BadInput($"weeklyAggregates: 'from' {from:yyyy-MM-dd} lies after 'to' {to:yyyy-MM-dd}. Swap them.");
        var range = new WeekRange(userId, Monday(from), Monday(to));
        var weeks = (range.LastWeek.DayNumber - range.FirstWeek.DayNumber) / 7 + 1;
        if (weeks > limits.Value.MaxWeeksPerRange)
            throw ClientError.Limit(
                $"weeklyAggregates: {from:yyyy-MM-dd}..{to:yyyy-MM-dd} spans {weeks} weeks; at most {limits.Value.MaxWeeksPerRange}. "
                + "Narrow 'from'/'to' or ask for several ranges.");
        _totals |= context.SubFields?.Values.Any(f => f.Field.Name.Value == "totals") == true;
        return Load(range);
    }

    protected override async Task<IReadOnlyDictionary<WeekRange, WeeklyAggregates>> FetchAsync(IReadOnlyList<WeekRange> keys, CancellationToken ct) =>
        (await reader.ReadAsync(keys, _totals, mode.Source, ct)).ToDictionary(w => w.Key, w => new WeeklyAggregates(w.Key.UserId, w.Value));

    /// <summary>The Monday of a day's week; day 1 of the calendar is one, so none lies before it.</summary>
    internal static DateOnly Monday(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
}

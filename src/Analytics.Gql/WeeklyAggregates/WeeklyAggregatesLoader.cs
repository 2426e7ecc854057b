// Ranges of weeks of users, many in one statement.
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Freshness;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;
using GraphQL;
using GraphQL.DataLoader;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.WeeklyAggregates;

/// <summary>The arguments of a field, as they came.</summary>
public sealed record WeeksArguments(
    Guid UserId, DateOnly From, DateOnly To, string TimeZone, Weekday WeekStartsOn, bool FillGaps, Consistency Consistency);

/// <param name="Wanted">What the field selects of them.</param>
public readonly record struct WeeksAsked(WeekRange Range, WeeksWanted Wanted, Consistency Consistency);

/// <summary>One of the weeks of such an answer, for what hangs below it.</summary>
public readonly record struct WeekAsked(UserWeek Week, Consistency Consistency);

public sealed class WeeklyAggregatesLoader(
    WeeklyAggregatesReader reader, ModeMonitor mode, Calendars calendars, IOptions<LimitOptions> limits)
    : BatchLoader<WeeksAsked, WeeksOfUser>
{
    /// <summary>Loads the weeks that overlap a range of days, with totals where the field selects them.</summary>
    /// <exception cref="ClientError">The range is reversed or too long, or there is no such time zone.</exception>
    public IDataLoaderResult<WeeklyAggregates> Load(IResolveFieldContext context, WeeksArguments a)
    {
        if (a.To < a.From)
            throw new ClientError(
                ErrorCodes.BadUserInput,
                $"weeklyAggregates: 'from' {a.From:yyyy-MM-dd} lies after 'to' {a.To:yyyy-MM-dd}. Swap them.");
        var calendar = calendars.Of("weeklyAggregates", a.TimeZone, a.WeekStartsOn);
        var weeks = WeeksOfRange.Count(a.From, a.To, calendar);
        if (weeks > limits.Value.MaxWeeksPerRange)
            throw new ClientError(
                ErrorCodes.LimitExceeded,
                $"weeklyAggregates: {a.From:yyyy-MM-dd}..{a.To:yyyy-MM-dd} spans {weeks} weeks; "
                + $"at most {limits.Value.MaxWeeksPerRange}. Narrow 'from'/'to' or ask for several ranges.");
        var range = new WeekRange(a.UserId, calendar.WeekOf(a.From), calendar.WeekOf(a.To), calendar);
        var asked = new WeeksAsked(range, WantedOf(LookAhead.Of(context)), a.Consistency);
        return Load(asked).Then(found => new WeeklyAggregates(asked, found, a.FillGaps));
    }

    private static WeeksWanted WantedOf(LookAhead selected) => new(
        Totals: selected.Selects("totals"),
        Details: selected.Selects("totals.avgRpe") || selected.Selects("totals.exerciseCount"),
        ExerciseCounts: selected.Selects("nodes.exerciseCount"));

    protected override object? PartitionOf(WeeksAsked key) => key.Consistency;

    // What is wanted is part of the key, so that a range read without totals is read again where a later level wants them; in
    // one level everything is read for all, since one statement is worth more than the few ids that nobody selects.
    protected override async Task<IReadOnlyList<WeeksOfUser>> FetchAsync(
        IReadOnlyList<WeeksAsked> keys, CancellationToken ct)
    {
        var ranges = keys.Select(key => key.Range).Distinct().ToList();
        var found = await reader.ReadAsync(
            ranges, keys.Select(key => key.Wanted).Aggregate((one, other) => one | other), mode.SourceFor(keys[0].Consistency), ct);
        return [.. keys.Select(key => found[key.Range])];
    }
}

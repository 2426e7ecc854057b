// The sessions of weeks, many weeks of many users in one statement.
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Refresh;
using Analytics.Gql.WeeklyAggregates;
using Analytics.Store.Readers;
using GraphQL.DataLoader;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.SessionSummaries;

public sealed class SessionsOfWeekLoader(SessionSummariesReader reader, ModeMonitor mode, IOptions<LimitOptions> limits)
    : GroupLoader<WeekAsked, SessionSummary>(maxBatchSize: 10_000)
{
    /// <summary>Newest first. A week with more than the limit fails by itself, not the level that it was read
    /// with.</summary>
    public IDataLoaderResult<IReadOnlyList<SessionSummary>> LoadBounded(WeekAsked asked)
    {
        var (most, week) = (limits.Value.MaxSessionsPerWeek, asked.Week);
        return Load(asked).Then(sessions => sessions.Count <= most ? sessions : throw new ClientError(
            ErrorCodes.LimitExceeded,
            $"sessions: the week of {week.WeekStart:yyyy-MM-dd} of user {week.UserId} "
            + $"has more than {most}; at most {most}. "
            + "Page through them with sessionSummaries(where: {from, to})."));
    }

    protected override object? PartitionOf(WeekAsked key) => key.Consistency;

    protected override async Task FetchRowsAsync(
        IReadOnlyList<WeekAsked> keys, Action<int, SessionSummary> add, CancellationToken ct)
    {
        // One more than the limit tells that there are more.
        var weeks = await reader.ReadWeeksAsync(
            [.. keys.Select(key => key.Week)], limits.Value.MaxSessionsPerWeek + 1,
            mode.SourceFor(keys[0].Consistency), ct);
        for (var i = 0; i < keys.Count; i++)
            foreach (var row in weeks.GetValueOrDefault(keys[i].Week, []))
                add(i, new SessionSummary(row));
    }
}

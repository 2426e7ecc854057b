// The sessions of weeks, many weeks of many users in one statement.
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.SessionSummaries;

public sealed class SessionsOfWeekLoader(SessionSummariesReader reader, ModeMonitor mode, IOptions<LimitOptions> limits)
    : GroupLoader<UserWeek, SessionSummary>(maxBatchSize: 10_000)
{
    protected override async Task<IReadOnlyDictionary<UserWeek, IReadOnlyList<SessionSummary>>> FetchAsync(
        IReadOnlyList<UserWeek> keys, CancellationToken ct)
    {
        var most = limits.Value.MaxSessionsPerWeek;
        var weeks = await reader.ReadWeeksAsync(keys, most + 1, mode.Source, ct);
        var crowded = weeks.FirstOrDefault(w => w.Value.Count > most);
        if (crowded.Value is not null)
            throw ClientError.Limit(
                $"sessions: the week of {crowded.Key.WeekStart:yyyy-MM-dd} of user {crowded.Key.UserId} has more than {most}. "
                + "Page through them with sessionSummaries(where: {from, to}).");
        return weeks.ToDictionary(w => w.Key, w => (IReadOnlyList<SessionSummary>)[.. w.Value.Select(s => new SessionSummary(s))]);
    }
}

// The queries as one writes them for PostGraphile; aliases make its answers those of schema/operations, so that they can be
// compared. It knows no freshness, no totals over a range, and has no field for the two pages.
using System.Text.Json;
using Analytics.Gql.Bench.Peers.Load;
using Analytics.Store.Readers;

namespace Analytics.Gql.Bench.Peers.Contenders;

internal static class PostGraphileDocuments
{
    private const string Weeks = """
        filter: { weekStart: { greaterThanOrEqualTo: $from, lessThanOrEqualTo: $to } }, orderBy: WEEK_START_ASC) {
              nodes { weekStart sessionCount totalDistanceM totalDurationS totalVolumeKg avgRpe setCount exerciseCount }
            }
        """;

    private static readonly Dictionary<string, string> Texts = new()
    {
        [PeerQuery.AthleteWeeks] = $$"""
            query AthleteWeeks($userId: UUID!, $from: Date!, $to: Date!) {
              weeklyAggregates: allWeeks(condition: { userId: $userId }, {{Weeks}}
            }
            """,
        [PeerQuery.TeamWeeks] = $$"""
            query TeamWeeks($ids: [UUID!]!, $from: Date!, $to: Date!) {
              users: allUsers(filter: { userId: { in: $ids } }) {
                nodes { id: userId displayName weeklyAggregates: weeks({{Weeks}} }
              }
            }
            """,
        [PeerQuery.SessionPage] = """
            query SessionPage($userId: UUID!) {
              sessionSummaries: allSummaries(
                condition: { userId: $userId }, orderBy: [STARTED_AT_DESC, SESSION_ID_DESC], first: 20
              ) {
                nodes { sessionId activityType title startedAt endedAt durationS distanceM totalVolumeKg avgRpe setCount exerciseCount }
                pageInfo { hasNextPage endCursor }
              }
            }
            """,
    };

    /// <returns>Null for what it cannot answer.</returns>
    public static WireRequest? Request(PeerQuery query, PeerVariables variables) =>
        Texts.TryGetValue(query.Operation, out var text)
            ? new WireRequest("/graphql", JsonSerializer.Serialize(new
            {
                query = text,
                variables = JsonSerializer.Deserialize<JsonElement>(
                    query.VariablesJson(variables with { From = WeekCalendar.Iso.WeekOf(variables.From) })),
            }))
            : null;
}

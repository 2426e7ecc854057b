// The answers of schema/operations, written by hand from the rows.
using System.Text.Json;

namespace Analytics.Gql.Bench.Peers.Limit;

internal static class LimitAnswers
{
    public static void AthleteWeeks(Utf8JsonWriter json, LimitWeeks weeks)
    {
        json.WriteStartObject("weeklyAggregates"u8);
        json.WriteWeeks(weeks.Weeks);
        json.WriteFreshness(weeks.Freshness, Detail.Short);
        json.WriteEndObject();
    }

    public static void TeamWeeks(Utf8JsonWriter json, PeerVariables asked, LimitTeam team)
    {
        json.WriteStartArray("users"u8);
        for (var i = 0; i < asked.Users.Count; i++)
        {
            User(json, asked.Users[i], team);
            AthleteWeeks(json, team.Weeks[i]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void SessionPage(Utf8JsonWriter json, LimitSessions page)
    {
        json.WriteStartObject("sessionSummaries"u8);
        var shown = json.WriteSessions(page);
        json.WriteStartObject("pageInfo"u8);
        json.WriteBoolean("hasNextPage"u8, page.Sessions.Count > shown);
        json.WriteCursor("endCursor"u8, page, shown - 1);
        json.WriteEndObject();
        json.WriteFreshness(page.Freshness, Detail.Short);
        json.WriteEndObject();
    }

    public static void AthletePage(Utf8JsonWriter json, (LimitWeeks Weeks, LimitSessions Page) of)
    {
        json.WriteStartObject("weeklyAggregates"u8);
        json.WriteWeeks(of.Weeks.Weeks, withRefresh: true);
        json.WriteStartObject("totals"u8);
        json.WriteNumber("weekCount"u8, of.Weeks.Weeks.Count);
        json.WriteSums(of.Weeks.Totals);
        json.WriteEndObject();
        json.WriteFreshness(of.Weeks.Freshness, Detail.Long);
        json.WriteEndObject();

        json.WriteStartObject("sessionSummaries"u8);
        var shown = json.WriteSessions(of.Page);
        json.WriteStartObject("pageInfo"u8);
        json.WriteBoolean("hasNextPage"u8, of.Page.Sessions.Count > shown);
        json.WriteBoolean("hasPreviousPage"u8, false);
        json.WriteCursor("startCursor"u8, of.Page, 0);
        json.WriteCursor("endCursor"u8, of.Page, shown - 1);
        json.WriteEndObject();
        json.WriteFreshness(of.Page.Freshness, Detail.Short);
        json.WriteEndObject();
    }

    public static void TeamPage(Utf8JsonWriter json, PeerVariables asked, LimitTeamPage page)
    {
        var at = 0;
        json.WriteStartArray("users"u8);
        for (var i = 0; i < asked.Users.Count; i++)
        {
            User(json, asked.Users[i], page.Team);
            json.WriteFreshness(page.Freshness[asked.Users[i]], Detail.Short);
            json.WriteStartObject("weeklyAggregates"u8);
            json.WriteStartArray("nodes"u8);
            foreach (var week in page.Team.Weeks[i].Weeks)
            {
                json.WriteStartObject();
                json.WriteDay("weekStart"u8, week.Start);
                json.WriteNumber("sessionCount"u8, week.Sums.SessionCount);
                json.WriteNumber("totalVolumeKg"u8, week.Sums.TotalVolumeKg);
                json.WriteStartArray("sessions"u8);
                foreach (var session in page.Sessions[at++])
                {
                    json.WriteStartObject();
                    json.WriteString("sessionId"u8, session.Id);
                    json.WriteString("startedAt"u8, session.StartedAt);
                    json.WriteNumber("totalVolumeKg"u8, session.TotalVolumeKg);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteFreshness(page.Team.Weeks[i].Freshness, Detail.Short);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void User(Utf8JsonWriter json, Guid id, LimitTeam team)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("displayName"u8, team.Names[id]);
    }
}

// The answers of schema/operations, written by hand from the rows.
using System.Text.Json;

namespace Analytics.Gql.Bench.Peers.Limit;

internal static class LimitAnswers
{
    public static void AthleteWeeks(Utf8JsonWriter json, LimitWeeks weeks)
    {
        json.WriteStartObject("weeklyAggregates"u8);
        Weeks(json, weeks.Weeks);
        Freshness(json, weeks.Freshness, Detail.Short);
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
        var shown = Sessions(json, page);
        json.WriteStartObject("pageInfo"u8);
        json.WriteBoolean("hasNextPage"u8, page.Sessions.Count > shown);
        Cursor(json, "endCursor"u8, page, shown - 1);
        json.WriteEndObject();
        Freshness(json, page.Freshness, Detail.Short);
        json.WriteEndObject();
    }

    public static void AthletePage(Utf8JsonWriter json, (LimitWeeks Weeks, LimitSessions Page) of)
    {
        json.WriteStartObject("weeklyAggregates"u8);
        Weeks(json, of.Weeks.Weeks, withRefresh: true);
        json.WriteStartObject("totals"u8);
        json.WriteNumber("weekCount"u8, of.Weeks.Weeks.Count);
        Sums(json, of.Weeks.Totals);
        json.WriteEndObject();
        Freshness(json, of.Weeks.Freshness, Detail.Long);
        json.WriteEndObject();

        json.WriteStartObject("sessionSummaries"u8);
        var shown = Sessions(json, of.Page);
        json.WriteStartObject("pageInfo"u8);
        json.WriteBoolean("hasNextPage"u8, of.Page.Sessions.Count > shown);
        json.WriteBoolean("hasPreviousPage"u8, false);
        Cursor(json, "startCursor"u8, of.Page, 0);
        Cursor(json, "endCursor"u8, of.Page, shown - 1);
        json.WriteEndObject();
        Freshness(json, of.Page.Freshness, Detail.Short);
        json.WriteEndObject();
    }

    public static void TeamPage(Utf8JsonWriter json, PeerVariables asked, LimitTeamPage page)
    {
        var at = 0;
        json.WriteStartArray("users"u8);
        for (var i = 0; i < asked.Users.Count; i++)
        {
            User(json, asked.Users[i], page.Team);
            Freshness(json, page.Freshness[asked.Users[i]], Detail.Short);
            json.WriteStartObject("weeklyAggregates"u8);
            json.WriteStartArray("nodes"u8);
            foreach (var week in page.Team.Weeks[i].Weeks)
            {
                json.WriteStartObject();
                Day(json, "weekStart"u8, week.Start);
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
            Freshness(json, page.Team.Weeks[i].Freshness, Detail.Short);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private enum Detail { Short, Long }

    private static void User(Utf8JsonWriter json, Guid id, LimitTeam team)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("displayName"u8, team.Names[id]);
    }

    private static void Weeks(Utf8JsonWriter json, List<LimitWeek> weeks, bool withRefresh = false)
    {
        json.WriteStartArray("nodes"u8);
        foreach (var week in weeks)
        {
            json.WriteStartObject();
            Day(json, "weekStart"u8, week.Start);
            Sums(json, week.Sums);
            if (withRefresh)
                json.WriteString("lastRefreshAt"u8, week.RefreshedAt);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Sums(Utf8JsonWriter json, LimitSums sums)
    {
        json.WriteNumber("sessionCount"u8, sums.SessionCount);
        json.WriteNumber("totalDistanceM"u8, sums.TotalDistanceM);
        json.WriteNumber("totalDurationS"u8, sums.TotalDurationS);
        json.WriteNumber("totalVolumeKg"u8, sums.TotalVolumeKg);
        Number(json, "avgRpe"u8, sums.AvgRpe);
        json.WriteNumber("setCount"u8, sums.SetCount);
        json.WriteNumber("exerciseCount"u8, sums.ExerciseCount);
    }

    /// <returns>How many: one that was read beyond the page is not.</returns>
    private static int Sessions(Utf8JsonWriter json, LimitSessions page)
    {
        var shown = Math.Min(page.Sessions.Count, PeerQuery.PageSize);
        json.WriteStartArray("nodes"u8);
        for (var i = 0; i < shown; i++)
        {
            var session = page.Sessions[i];
            json.WriteStartObject();
            json.WriteString("sessionId"u8, session.Id);
            json.WriteString("activityType"u8, session.ActivityType);
            json.WriteString("title"u8, session.Title);
            json.WriteString("startedAt"u8, session.StartedAt);
            if (session.EndedAt is { } ended)
                json.WriteString("endedAt"u8, ended);
            else
                json.WriteNull("endedAt"u8);
            Number(json, "durationS"u8, session.DurationS);
            Number(json, "distanceM"u8, session.DistanceM);
            json.WriteNumber("totalVolumeKg"u8, session.TotalVolumeKg);
            Number(json, "avgRpe"u8, session.AvgRpe);
            json.WriteNumber("setCount"u8, session.SetCount);
            json.WriteNumber("exerciseCount"u8, session.ExerciseCount);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        return shown;
    }

    private static void Freshness(Utf8JsonWriter json, LimitFreshness freshness, Detail detail)
    {
        json.WriteStartObject("freshness"u8);
        json.WriteString("asOf"u8, freshness.AsOf);
        json.WriteBoolean("isStale"u8, freshness.PendingChanges > 0);
        json.WriteNumber("pendingChanges"u8, freshness.PendingChanges);
        if (detail == Detail.Long)
        {
            json.WriteNumber("lagS"u8, freshness.LagS);
            json.WriteString("source"u8, "INCREMENTAL"u8);
            json.WriteString("lastRefreshAt"u8, freshness.RefreshedAt);
        }
        json.WriteEndObject();
    }

    private static void Cursor(Utf8JsonWriter json, ReadOnlySpan<byte> name, LimitSessions page, int at)
    {
        if (at >= 0 && at < page.Sessions.Count)
            json.WriteString(name, $"{page.Sessions[at].SortKey}:{page.Sessions[at].Id}");
        else
            json.WriteNull(name);
    }

    private static void Day(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateOnly day)
    {
        Span<byte> text = stackalloc byte["yyyy-MM-dd".Length];
        day.TryFormat(text, out _, "O");
        json.WriteString(name, text);
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}

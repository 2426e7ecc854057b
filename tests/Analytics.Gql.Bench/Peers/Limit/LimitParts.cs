// The parts that the answers share.
using System.Text.Json;

namespace Analytics.Gql.Bench.Peers.Limit;

/// <summary>How much of a freshness an operation selects.</summary>
internal enum Detail { Short, Long }

internal static class LimitParts
{
    public static void WriteWeeks(this Utf8JsonWriter json, List<LimitWeek> weeks, bool withRefresh = false)
    {
        json.WriteStartArray("nodes"u8);
        foreach (var week in weeks)
        {
            json.WriteStartObject();
            json.WriteDay("weekStart"u8, week.Start);
            json.WriteSums(week.Sums);
            if (withRefresh)
                json.WriteString("lastRefreshAt"u8, week.RefreshedAt);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void WriteSums(this Utf8JsonWriter json, LimitSums sums)
    {
        json.WriteNumber("sessionCount"u8, sums.SessionCount);
        json.WriteNumber("totalDistanceM"u8, sums.TotalDistanceM);
        json.WriteNumber("totalDurationS"u8, sums.TotalDurationS);
        json.WriteNumber("totalVolumeKg"u8, sums.TotalVolumeKg);
        json.WriteNumber("avgRpe"u8, sums.AvgRpe);
        json.WriteNumber("setCount"u8, sums.SetCount);
        json.WriteNumber("exerciseCount"u8, sums.ExerciseCount);
    }

    /// <returns>How many: one that was read beyond the page is not.</returns>
    public static int WriteSessions(this Utf8JsonWriter json, LimitSessions page)
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
            json.WriteNumber("durationS"u8, session.DurationS);
            json.WriteNumber("distanceM"u8, session.DistanceM);
            json.WriteNumber("totalVolumeKg"u8, session.TotalVolumeKg);
            json.WriteNumber("avgRpe"u8, session.AvgRpe);
            json.WriteNumber("setCount"u8, session.SetCount);
            json.WriteNumber("exerciseCount"u8, session.ExerciseCount);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        return shown;
    }

    public static void WriteFreshness(this Utf8JsonWriter json, LimitFreshness freshness, Detail detail)
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

    public static void WriteCursor(this Utf8JsonWriter json, ReadOnlySpan<byte> name, LimitSessions page, int at)
    {
        if (at >= 0 && at < page.Sessions.Count)
            json.WriteString(name, $"{(page.Sessions[at].StartedAt - DateTime.UnixEpoch).Ticks}:{page.Sessions[at].Id}");
        else
            json.WriteNull(name);
    }

    public static void WriteDay(this Utf8JsonWriter json, ReadOnlySpan<byte> name, DateOnly day)
    {
        Span<byte> text = stackalloc byte["yyyy-MM-dd".Length];
        day.TryFormat(text, out _, "O");
        json.WriteString(name, text);
    }

    private static void WriteNumber(this Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}

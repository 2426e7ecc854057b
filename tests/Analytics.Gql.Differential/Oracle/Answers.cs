// Asks the API for everything of a user and compares each row with the recomputation. Rows are compared as text: what
// differs is then what the report shows.
using System.Globalization;
using System.Text.Json;
using Analytics.Gql.Differential.Running;

namespace Analytics.Gql.Differential.Oracle;

public sealed class Answers(Ask ask, Tally tally)
{
    private const int PageSize = 7;
    private const string Measures = "totalDistanceM totalDurationS totalVolumeKg avgRpe setCount exerciseCount";

    private const string Weeks = $$"""
        query ($u: ID!, $zone: String!, $day: Weekday!) {
          weeklyAggregates(userId: $u, from: "2025-12-01", to: "2026-04-30", timeZone: $zone, weekStartsOn: $day) {
            nodes { weekStart sessionCount {{Measures}} } totals { weekCount sessionCount {{Measures}} }
            freshness { isStale source }
          }
        }
        """;

    private const string Page = $$"""
        query ($u: ID!, $size: Int, $after: String) {
          sessionSummaries(userId: $u, first: $size, after: $after) {
            nodes { sessionId userId activityType title startedAt endedAt weekStart durationS distanceM totalVolumeKg avgRpe
                    setCount exerciseCount }
            pageInfo { hasNextPage endCursor } freshness { isStale source }
          }
        }
        """;

    /// <summary>West and east of UTC, beside it and furthest from it; each user's weeks are asked for in one of them, too.</summary>
    private static readonly Calendar[] Calendars =
    [
        new("Europe/Berlin", DayOfWeek.Monday), new("America/Los_Angeles", DayOfWeek.Monday),
        new("Pacific/Kiritimati", DayOfWeek.Monday), new("Pacific/Pago_Pago", DayOfWeek.Monday),
        new("America/New_York", DayOfWeek.Sunday), new("Asia/Kathmandu", DayOfWeek.Monday),
    ];

    private readonly RecordAnswers _records = new(ask);

    /// <summary>For when nothing is staged and nobody writes.</summary>
    public async Task<Difference?> CompareAsync(IEnumerable<Guid> users, CoreRows rows, CancellationToken ct)
    {
        foreach (var (user, elsewhere) in users.Select((user, i) => (user, Calendars[i % Calendars.Length])))
        {
            var sessions = rows.SessionsOfUser[user]
                .Select(s => Summary.Of(s, rows.SetsOfSession[s.SessionId])).ToList();
            var records = Record.Of(rows.SessionsOfUser[user], rows.SetsOfSession).ToList();
            var wrong = First($"weeks of {user}", WeeksOf(sessions, Calendar.Iso), await WeeksAsync(user, Calendar.Iso, ct))
                ?? First($"weeks of {user} in {elsewhere}", WeeksOf(sessions, elsewhere), await WeeksAsync(user, elsewhere, ct))
                ?? First($"sessions of {user}", SessionsOf(sessions), await SessionsAsync(user, ct))
                ?? First($"records of {user}", RecordAnswers.Of(records), await _records.AskAsync(user, records, ct));
            if (wrong is not null)
                return wrong;
        }
        return null;
    }

    private Difference? First(string what, IEnumerable<string> recomputed, IReadOnlyList<string>? answered)
    {
        if (answered is null)
            return null;
        tally.Answer(answered.Count);
        foreach (var (mine, theirs) in Zip([.. recomputed], answered))
            if (mine != theirs)
                return new Difference("answer", $"{what}: recomputed '{mine}', answered '{theirs}'");
        return null;
    }

    private static IEnumerable<(string, string)> Zip(IReadOnlyList<string> mine, IReadOnlyList<string> theirs) =>
        Enumerable.Range(0, Math.Max(mine.Count, theirs.Count))
            .Select(i => (mine.ElementAtOrDefault(i) ?? "nothing", theirs.ElementAtOrDefault(i) ?? "nothing"));

    private static IEnumerable<string> WeeksOf(List<Summary> sessions, Calendar calendar)
    {
        var weeks = sessions.GroupBy(s => calendar.WeekOf(s.Session.StartedAt)).OrderBy(w => w.Key).ToList();
        return weeks.Select(w => $"{w.Key:yyyy-MM-dd} {Row(Totals.Of([.. w]))}")
            .Append($"{weeks.Count} {Row(Totals.Of(sessions))}");

        static string Row(Totals t) => Join(
            t.SessionCount, t.DistanceM, t.DurationS, t.VolumeKg, t.AvgRpe, t.SetCount, t.ExerciseCount);
    }

    private async Task<IReadOnlyList<string>> WeeksAsync(Guid user, Calendar calendar, CancellationToken ct)
    {
        var answer = await CurrentAsync(
            Weeks, "weeklyAggregates",
            new { u = user, zone = calendar.TimeZone, day = calendar.FirstDay.ToString().ToUpperInvariant() }, ct);
        return [.. answer.GetProperty("nodes").EnumerateArray().Append(answer.GetProperty("totals")).Select(Join)];
    }

    private static IEnumerable<string> SessionsOf(List<Summary> sessions) =>
        from s in sessions
        orderby s.Session.StartedAt descending, s.Session.SessionId.ToString() descending
        select Join(
            s.Session.SessionId, s.Session.UserId, s.Session.ActivityType, s.Session.Title, s.Session.StartedAt,
            s.Session.EndedAt, s.WeekStart, s.DurationS, s.DistanceM, s.VolumeKg, s.AvgRpe, s.SetCount, s.Exercises.Count);

    private async Task<IReadOnlyList<string>> SessionsAsync(Guid user, CancellationToken ct)
    {
        var rows = new List<string>();
        for (string? after = null; ;)
        {
            var page = await CurrentAsync(Page, "sessionSummaries", new { u = user, size = PageSize, after }, ct);
            rows.AddRange(page.GetProperty("nodes").EnumerateArray().Select(Join));
            if (!page.GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean())
                return rows;
            after = page.GetProperty("pageInfo").GetProperty("endCursor").GetString();
        }
    }

    /// <summary>Asks until the node has followed to Incremental, which takes it half a second.</summary>
    private async Task<JsonElement> CurrentAsync(string query, string field, object variables, CancellationToken ct)
    {
        for (var patience = 100; ; patience--)
        {
            var answer = (await ask(query, variables, ct)).GetProperty(field);
            var freshness = answer.GetProperty("freshness");
            if (freshness.GetProperty("source").GetString() == "INCREMENTAL"
                && !freshness.GetProperty("isStale").GetBoolean())
                return answer;
            if (patience == 0)
                throw new InvalidOperationException($"With nothing staged the API says {freshness}.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
        }
    }

    private static string Join(JsonElement row) => string.Join(' ', row.EnumerateObject().Select(p => Text(p.Value)));

    private static string Join(params object?[] values) => string.Join(' ', values.Select(Text));

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        JsonValueKind.Null => "null",
        _ when value.GetString() is { Length: > 10 } text && text[^1] == 'Z' => Text(value.GetDateTime()),
        _ => value.GetString()!,
    };

    internal static string Text(object? value) => value switch
    {
        null => "null",
        // As the nearest double, by way of its text: a cast divides and may miss it by one.
        decimal number => double.Parse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            .ToString("R", CultureInfo.InvariantCulture),
        // The API writes an infinite instant as the last that a client can hold.
        DateTime { Year: 9999 } => "infinity",
        DateTime instant => instant.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}

using System.Globalization;
using System.Text.Json;
using Analytics.Demo.Seeding;

namespace Analytics.Demo;

/// <summary>A query to paste, and what it shows.</summary>
public sealed record DemoQuery(string Shows, string Text)
{
    /// <summary>The same query for a POSIX shell.</summary>
    /// <param name="endpoint">Such as http://localhost:5080/graphql.</param>
    public string Curl(Uri endpoint)
    {
        var body = JsonSerializer.Serialize(
            new { query = string.Join(' ', Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) },
            Relaxed);
        return $"curl -s {endpoint} -H 'content-type: application/json' -d '{body.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    // Quotes as \" and not as \u0022, so that a person can read the line.
    private static readonly JsonSerializerOptions Relaxed =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

/// <summary>The three queries that the demo prints.</summary>
public static class DemoQueries
{
    /// <summary>Weeks the first query asks for, this one included.</summary>
    private const int Weeks = 12;

    public static IReadOnlyList<DemoQuery> For(Guid userId, DateOnly today) =>
        [WeeklyAggregates(userId, today), SessionSummaries(userId), Freshness()];

    private static DemoQuery WeeklyAggregates(Guid userId, DateOnly today)
    {
        var thisWeek = SeedPlan.Monday(new DateTimeOffset(today, TimeOnly.MinValue, TimeSpan.Zero));
        return new DemoQuery($"{Weeks} weeks of one user, and how fresh they are",
            $$"""
            {
              weeklyAggregates(userId: "{{userId}}", from: "{{Day(thisWeek.AddDays(-7 * (Weeks - 1)))}}", to: "{{Day(thisWeek)}}") {
                nodes { weekStart sessionCount totalVolumeKg totalDistanceM }
                totals { weekCount totalVolumeKg }
                freshness { asOf pendingChanges source }
              }
            }
            """);
    }

    private static DemoQuery SessionSummaries(Guid userId) => new("the user's latest sessions, a page at a time, and personal records",
        $$"""
        {
          sessionSummaries(userId: "{{userId}}", first: 5) {
            nodes { title startedAt totalVolumeKg durationS }
            pageInfo { hasNextPage endCursor }
          }
          personalRecords(userId: "{{userId}}") {
            nodes { exercise { name } maxWeightKg bestE1rmKg bestE1rmAt maxDistanceM }
          }
        }
        """);

    private static DemoQuery Freshness() => new("what the refresh engine is doing",
        """
        {
          freshness { asOf pendingChanges source }
          refreshRuns(first: 5) { kind outcome startedAt stagedChanges keys }
        }
        """);

    private static string Day(DateTimeOffset instant) => instant.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

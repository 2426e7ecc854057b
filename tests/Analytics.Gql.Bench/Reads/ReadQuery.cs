// What a dashboard asks, of users drawn at random.
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Serving;
using Dapper;

namespace Analytics.Gql.Bench.Reads;

/// <param name="HasTarget">Whether the product promises a time for it; the others are there to be looked at.</param>
internal sealed record ReadQuery(string Name, string Operation, Func<Random, object> Variables, bool HasTarget = true)
{
    public string Text { get; } = GraphQLClient.Operation(Operation);
}

internal static class ReadQueries
{
    /// <summary>How many of the queries, from the first, a dashboard asks most.</summary>
    public const int Common = 3;

    private const int Weeks = 12;
    private const int TeamSize = 50;
    private const string Zone = "Europe/Berlin";

    public static async Task<IReadOnlyList<ReadQuery>> OfAsync(BenchDatabase database, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        var users = (await connection.QueryAsync<Guid>(
            "select md5('user:' || n)::uuid from generate_series(0, @last) as n",
            new { last = database.Size.Users - 1 })).ToArray();
        var lastDay = await connection.ExecuteScalarAsync<DateTime>(
            "select max(started_at) from core.sessions where user_id = md5('user:0')::uuid");
        return Of(database.Size, users, DateOnly.FromDateTime(lastDay));
    }

    /// <param name="users">The heavy ones first, as <see cref="BenchSize"/> says.</param>
    /// <param name="lastDay">Of the data.</param>
    private static List<ReadQuery> Of(BenchSize size, Guid[] users, DateOnly lastDay)
    {
        var (from, to) = (lastDay.AddDays(-7 * (Weeks - 1)), lastDay);
        return
        [
            new("12 weeks of a user", "AthleteWeeks", r => new { userId = Any(r), from, to }),
            new("12 weeks of 50 users", "TeamWeeks", r => new { ids = Team(r), from, to }),
            new("20 sessions of a user", "SessionPage", r => new { userId = Any(r) }),
            new("20 of 5,000 sessions", "SessionPage", r => new { userId = Heavy(r) }),
            new("20 of 5,000 by volume", "SessionPage", r => new { userId = Heavy(r), order = "VOLUME_DESC" },
                HasTarget: false),
            new("athlete page", "AthletePage", r => new { userId = Any(r), from, to }, HasTarget: false),
            new("team page with sessions", "TeamPage", r => new { ids = Team(r), from, to }, HasTarget: false),
            // What the dashboard sends besides: weeks as they are lived in the browser's time zone.
            new("chart of 12 weeks in Berlin", "AthleteChart", r => new { userId = Any(r), from, to, timeZone = Zone }),
            new("chart of 52 weeks in Berlin", "AthleteChart", r => new { userId = Any(r), from = to.AddDays(-7 * 51), to, timeZone = Zone }),
            new("records of a user", "AthleteRecords", r => new { userId = Any(r) }),
            new("board of 50 users in UTC", "TeamBoard", r => new { ids = Team(r), from, to, timeZone = "UTC" }),
            new("board of 50 users in Berlin", "TeamBoard", r => new { ids = Team(r), from, to, timeZone = Zone }),
        ];

        Guid Any(Random random) => users[random.Next(users.Length)];
        Guid Heavy(Random random) => users[random.Next(size.HeavyUsers)];
        Guid[] Team(Random random) => random.GetItems(users, TeamSize * 2).Distinct().Take(TeamSize).ToArray();
    }
}

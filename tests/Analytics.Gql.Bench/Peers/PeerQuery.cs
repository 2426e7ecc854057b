// What every contender is asked: documents of schema/operations, of users drawn once, so that all get the same.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Serving;
using Dapper;

namespace Analytics.Gql.Bench.Peers;

/// <summary>Of one request.</summary>
/// <param name="Users">One, or a team.</param>
internal sealed record PeerVariables(IReadOnlyList<Guid> Users, DateOnly From, DateOnly To);

/// <param name="Operation">A file of schema/operations.</param>
/// <param name="Variables">Asked in turn.</param>
/// <param name="Times">How much longer a turn is than those of other queries, so that enough answers fall into it.</param>
internal sealed record PeerQuery(string Name, string Operation, IReadOnlyList<PeerVariables> Variables, int Times = 1)
{
    public const string AthleteWeeks = "AthleteWeeks", TeamWeeks = "TeamWeeks", SessionPage = "SessionPage",
        AthletePage = "AthletePage", TeamPage = "TeamPage";

    /// <summary>The default of the operations' argument 'first'.</summary>
    public const int PageSize = 20;

    public string Text { get; } = GraphQLClient.Operation(Operation);

    public string DocumentId => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    /// <summary>All that the operations declare: graphql-jit does not fill in the defaults of variables.</summary>
    public string VariablesJson(PeerVariables of) => JsonSerializer.Serialize<object>(Operation switch
    {
        SessionPage => new { userId = of.Users[0], order = "STARTED_AT_DESC", first = PageSize },
        AthletePage => new { userId = of.Users[0], from = of.From, to = of.To, first = PageSize },
        TeamWeeks or TeamPage => new { ids = of.Users, from = of.From, to = of.To },
        _ => new { userId = of.Users[0], from = of.From, to = of.To },
    });
}

internal static class PeerQueries
{
    /// <summary>By which the targets find them.</summary>
    public const string OneUser = "12 weeks of a user", Team = "12 weeks of 50 users";

    private const int TeamSize = 50;
    private const int UsersPerTeam = 5;

    /// <param name="different">Users; and teams, a fifth as many.</param>
    /// <param name="names">Beginnings of their names; none: all.</param>
    /// <exception cref="ArgumentException">None has such a name.</exception>
    public static async Task<IReadOnlyList<PeerQuery>> OfAsync(
        BenchDatabase database, int different, IReadOnlyList<string> names, CancellationToken ct)
    {
        var all = await AllAsync(database, different, ct);
        List<PeerQuery> asked =
            [.. all.Where(q => names.Count == 0 || names.Any(n => q.Name.StartsWith(n, StringComparison.OrdinalIgnoreCase)))];
        return asked.Count > 0 ? asked : throw new ArgumentException(
            $"--queries: none begins with '{string.Join("' or '", names)}'. They are: {string.Join(", ", all.Select(q => q.Name))}.");
    }

    private static async Task<List<PeerQuery>> AllAsync(BenchDatabase database, int different, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        var users = (await connection.QueryAsync<Guid>(new CommandDefinition(
            "select md5('user:' || n)::uuid from generate_series(0, @last) as n",
            new { last = database.Size.Users - 1 }, cancellationToken: ct))).ToArray();
        var lastDay = DateOnly.FromDateTime(await connection.ExecuteScalarAsync<DateTime>(new CommandDefinition(
            "select max(started_at) from core.sessions", cancellationToken: ct)));
        var random = new Random(1);
        var athletes = random.GetItems(users, different).Select(user => (IReadOnlyList<Guid>)[user]).ToList();
        var teams = Enumerable.Range(0, different / UsersPerTeam)
            .Select(_ => (IReadOnlyList<Guid>)[.. random.GetItems(users, TeamSize * 3).Distinct().Take(TeamSize)]).ToList();
        return
        [
            new(OneUser, PeerQuery.AthleteWeeks, Of(athletes, 12)),
            new("52 weeks of a user", PeerQuery.AthleteWeeks, Of(athletes, 52)),
            new(Team, PeerQuery.TeamWeeks, Of(teams, 12)),
            new("20 sessions of a user", PeerQuery.SessionPage, Of(athletes, 12)),
            new("athlete page", PeerQuery.AthletePage, Of(athletes, 12)),
            new("team page", PeerQuery.TeamPage, Of(teams, 12), Times: 3),
        ];

        List<PeerVariables> Of(List<IReadOnlyList<Guid>> groups, int weeks) =>
            [.. groups.Select(group => new PeerVariables(group, lastDay.AddDays(-7 * (weeks - 1)), lastDay))];
    }
}

// An operation of schema/operations, with variables for whomever it is about.
using System.Security.Cryptography;
using System.Text;
using Analytics.Gql.Bench.Serving;

namespace Analytics.Gql.Bench.Soak;

internal sealed record SoakOperation(string Name, string Text)
{
    private const int TeamSize = 8, PageSize = 20, Runs = 20, Weeks = 12;
    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"];
    private static readonly string[] Orders = ["STARTED_AT_DESC", "STARTED_AT_ASC", "VOLUME_DESC"];

    public static IReadOnlyList<SoakOperation> All { get; } =
        [.. GraphQLClient.Operations.Select(name => new SoakOperation(name, GraphQLClient.Operation(name)))];

    public static SoakOperation Of(string name) => All.Single(o => o.Name == name);

    /// <summary>Of the trusted document.</summary>
    public string Id { get; } = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    public bool IsQuery { get; } = Text.Contains($"query {Name}", StringComparison.Ordinal);

    /// <summary>Users may ask it of themselves; anything else takes a coach.</summary>
    public bool IsOfOneUser { get; } = Takes(Text, "userId");

    /// <summary>For those that it declares.</summary>
    public Dictionary<string, object> Variables(Random random, SoakPeople people, Guid user, int weeks = Weeks)
    {
        var lastWeek = people.LastDay.AddDays(-7 * random.Next(4));
        var all = new Dictionary<string, object>
        {
            ["userId"] = user,
            ["ids"] = random.GetItems(people.All, 2 * TeamSize).Distinct().Take(TeamSize),
            ["from"] = lastWeek.AddDays(-7 * (weeks - 1)),
            ["to"] = lastWeek,
            ["weeks"] = Enumerable.Range(0, 1 + random.Next(3)).Select(n => lastWeek.AddDays(-7 * n)),
            ["first"] = PageSize,
            ["runs"] = Runs,
            ["order"] = Orders[random.Next(Orders.Length)],
            ["timeZone"] = Zones[random.Next(Zones.Length)],
        };
        return all.Where(v => Takes(Text, v.Key)).ToDictionary();
    }

    private static bool Takes(string text, string variable) => text.Contains($"${variable}:", StringComparison.Ordinal);
}

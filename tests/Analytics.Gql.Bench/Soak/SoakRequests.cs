// What clients of a soak ask: every operation in every form, and a few things that have to be refused.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Analytics.Gql.Bench.Soak;

internal sealed class SoakRequests(SoakPeople people, SoakTokens tokens, int seed)
{
    private const int LongestRange = 52, Regulars = 5;

    private static readonly SoakOperation[] Queries = [.. SoakOperation.All.Where(o => o.IsQuery)];
    private static readonly SoakOperation Chart = SoakOperation.Of("AthleteChart");
    private static readonly SoakOperation Enqueue = SoakOperation.Of("EnqueueRefresh");

    private const string FreshPage = """
        query FreshPage($userId: ID!) {
          sessionSummaries(userId: $userId, first: 20, consistency: FRESH) {
            nodes { sessionId title startedAt totalVolumeKg setCount }
            freshness { asOf isStale pendingChanges }
          }
          personalRecords(userId: $userId, consistency: FRESH) { nodes { maxWeightKg bestE1rmKg } }
        }
        """;

    private readonly SoakRefusals _refusals = new(people, tokens);
    private readonly Random _random = new(seed);
    private long _texts;

    public SoakRequest Draw()
    {
        lock (_random)
            return OfHundred(_random);
    }

    private SoakRequest OfHundred(Random random) => random.Next(100) switch
    {
        < 25 => Posted("query by text", random, o => new { query = o.Text }),
        < 30 => Posted("query by a text never sent before", random, NewText),
        < 56 => Posted("query by trusted document", random, o => new { documentId = o.Id }),
        < 86 => Get(random),
        < 91 => Fresh(random),
        < 92 => Mutation(random),
        _ => _refusals.Draw(random),
    };

    /// <summary>Has every view refreshed.</summary>
    public SoakRequest FullRefresh() => Post(
        "mutation requestFullRefresh", tokens.Coach, new { query = SoakOperation.Of("RequestFullRefresh").Text });

    private SoakRequest Posted(string kind, Random random, Func<SoakOperation, object> document)
    {
        var operation = Any(random, Queries);
        var user = Any(random, people.All);
        var variables = operation.Variables(random, people, user, 1 + random.Next(LongestRange));
        var body = JsonSerializer.SerializeToNode(document(operation))!;
        body["variables"] = JsonSerializer.SerializeToNode(variables);
        return new SoakRequest(kind, TokenFor(operation, user, random), body.ToJsonString());
    }

    /// <summary>Which caches would keep, had they no bounds: for itself, and under its hash.</summary>
    private object NewText(SoakOperation operation)
    {
        var query = $"{operation.Text}\n# {++_texts}";
        var sha256Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(query)));
        return new { query, extensions = new { persistedQuery = new { version = 1, sha256Hash } } };
    }

    /// <summary>Always the same of the same user: half of them are regulars, who have most of it already.</summary>
    private SoakRequest Get(Random random)
    {
        var operation = Any(random, Queries);
        var user = random.Next(2) == 0 ? people.Quiet[random.Next(Regulars)] : Any(random, people.All);
        var variables = Uri.EscapeDataString(JsonSerializer.Serialize(operation.Variables(new Random(1), people, user)));
        var document = random.Next(2) == 0 ? $"documentId={operation.Id}" : $"query={Uri.EscapeDataString(operation.Text)}";
        var token = operation.IsOfOneUser ? tokens.Of(user) : tokens.Coach;
        return new SoakRequest("query by GET", token, Body: null, $"?{document}&variables={variables}");
    }

    private SoakRequest Fresh(Random random)
    {
        var user = Any(random, people.Written);
        var variables = Chart.Variables(random, people, user);
        variables["consistency"] = "FRESH";
        return Post("query, FRESH", tokens.Of(user), random.Next(2) == 0
            ? new { documentId = Chart.Id, variables }
            : new { query = FreshPage, variables = new { userId = user } });
    }

    /// <summary>Of weeks, and now and then of everything of a user.</summary>
    private SoakRequest Mutation(Random random)
    {
        var user = Any(random, people.Written);
        var variables = Enqueue.Variables(random, people, user);
        if (random.Next(10) == 0)
            variables.Remove("weeks");
        return Post("mutation enqueueRefresh", random.Next(2) == 0 ? tokens.Coach : tokens.Of(user), random.Next(2) == 0
            ? new { documentId = Enqueue.Id, variables }
            : new { query = Enqueue.Text, variables });
    }

    private string TokenFor(SoakOperation operation, Guid user, Random random) =>
        operation.IsOfOneUser && random.Next(2) == 0 ? tokens.Of(user) : tokens.Coach;

    private static SoakRequest Post(string kind, string token, object body) =>
        new(kind, token, JsonSerializer.Serialize(body));

    private static T Any<T>(Random random, T[] of) => of[random.Next(of.Length)];
}

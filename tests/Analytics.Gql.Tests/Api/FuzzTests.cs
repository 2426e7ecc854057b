// Whatever is sent: an answer that is the client's fault or data, nothing of the server's inner life, and it goes on.
// ANALYTICS_FUZZ_COUNT and ANALYTICS_FUZZ_SEED run more of it, or that one again.
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;
using Xunit.Abstractions;

namespace Analytics.Gql.Tests.Api;

public sealed class FuzzTests(ServerFixture server, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    private static readonly string[] Documents =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "operations"), "*.graphql").Order().Select(File.ReadAllText)];

    private static readonly string[] Pieces =
    [
        "{", "}", "(", ")", "[", "]", ":", "!", "$", "@", "...", "|", "=", ",", "#", "\"", "\"\"\"", "\\", "\\u0000", "\uFEFF", "\u202E", "😀", "é",
        "query", "mutation", "subscription", "fragment x on User { ...x }", "{ __schema { types { fields { type { ofType { name } } } } } }",
        "@include(if: true)", "@skip(if: $x)", "on", "null", "true", "1e999", "-0", "99999999999999999999", "0x1", "1.", ".5",
        "users(ids: [])", "weeklyAggregates", "first: -1", "first: 2147483648", "id: \"\"", "userId: 5", "from: \"9999-99-99\"", "from: \"0001-01-01\"",
        "timeZone: \"../etc/passwd\"", "after: \"AAAA\"", "'; drop table core.users; --", "\n", "\r", "\t", " ",
    ];

    private static readonly string[] Leaks =
        ["Npgsql", "GraphQL.", "System.", "Microsoft.", "Analytics.Gql", "   at ", ".cs:", "analytics.", "core.", "Exception", "select ", "SQLSTATE"];

    /// <summary>From so many on, what the server may keep of them (its caches of documents: 40 MiB) is less than what a
    /// leak of a kilobyte each would be.</summary>
    private const int Many = 100_000;
    private const double MaxGrowthMiB = 64;

    [Fact]
    public async Task Whatever_is_sent_the_server_answers_without_a_fault_and_without_a_leak()
    {
        var seed = Setting("ANALYTICS_FUZZ_SEED", 20261125);
        var count = Setting("ANALYTICS_FUZZ_COUNT", 2_000);
        var statuses = new SortedDictionary<int, int>();
        var before = await TimeAsync();
        var heap = HeapMiB();
        for (var i = 0; i < count; i++)
        {
            var random = new Random(HashCode(seed, i));
            var body = Body(random);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.TryAddWithoutValidation("Accept", random.Next(2) == 0 ? "application/json" : "application/graphql-response+json");
            using var response = await server.Http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            var told = $"seed {seed}, number {i}: {(int)response.StatusCode} {text}\nfor {Encoding.UTF8.GetString(body)}\n"
                + $"log: {string.Join('\n', server.Log.Entries.Select(entry => $"{entry.Text} {entry.Exception}"))}";
            Assert.True((int)response.StatusCode < 500, told);
            var answer = JsonDocument.Parse(text).RootElement;
            foreach (var each in answer.ValueKind == JsonValueKind.Array ? answer.EnumerateArray().ToArray() : [answer])
            {
                Assert.False(each.Codes().Contains("INTERNAL", StringComparison.Ordinal), told);
                if (each.TryGetProperty("errors", out var errors))
                    foreach (var message in errors.EnumerateArray().Select(e => e.GetProperty("message").GetString()!))
                        // What the client sent may be quoted back.
                        Assert.True(!Leaks.Any(leak => message.Contains(leak, StringComparison.Ordinal)
                            && !Encoding.UTF8.GetString(body).Contains(leak, StringComparison.Ordinal)), told);
            }
            statuses[(int)response.StatusCode] = statuses.GetValueOrDefault((int)response.StatusCode) + 1;
        }
        var grown = HeapMiB() - heap;
        output.WriteLine($"{count} requests, seed {seed}: {string.Join(", ", statuses.Select(s => $"{s.Value} x {s.Key}"))}; "
            + string.Create(CultureInfo.InvariantCulture, $"heap grown by {grown:N1} MiB"));
        // A short run has other tests beside it, whose memory it would count.
        Assert.True(count < Many || grown < MaxGrowthMiB, $"The heap has grown by {grown} MiB.");
        Assert.True(statuses.Count >= 2 && statuses.GetValueOrDefault(200) > count / 20, "Too few were understood to say anything.");
        var after = await TimeAsync();
        Assert.True(after < before * 10 + TimeSpan.FromMilliseconds(200), $"A plain query took {before} before and {after} after.");
        Assert.DoesNotContain(server.Log.Entries, entry => entry.Exception is not null);
    }

    private static byte[] Body(Random random)
    {
        switch (random.Next(10))
        {
            case 0:
                var bytes = new byte[random.Next(300)];
                random.NextBytes(bytes);
                return bytes;
            case 1:
                return Encoding.UTF8.GetBytes(new string(random.Next(2) == 0 ? '[' : '{', random.Next(1, 3_000)));
            case 2:
                var valid = JsonSerializer.SerializeToUtf8Bytes(Request(random, Document(random)));
                for (var flips = random.Next(1, 6); flips > 0; flips--)
                    valid[random.Next(valid.Length)] = (byte)random.Next(256);
                return valid;
            case 3:
                return JsonSerializer.SerializeToUtf8Bytes(Enumerable.Range(0, random.Next(13)).Select(_ => Request(random, Mutated(random))));
            default:
                return JsonSerializer.SerializeToUtf8Bytes(Request(random, random.Next(3) == 0 ? Document(random) : Mutated(random)));
        }
    }

    private static object Request(Random random, string query) => new
    {
        query,
        operationName = random.Next(8) == 0 ? Piece(random) : null,
        variables = random.Next(6) == 0 ? Value(random, 0) : Variables(random),
        extensions = random.Next(20) == 0 ? Value(random, 0) : null,
    };

    /// <summary>The variables that the operations declare, right more often than not.</summary>
    private static Dictionary<string, object?> Variables(Random random) => new()
    {
        ["id"] = Or(random, Guid.NewGuid()),
        ["userId"] = Or(random, Guid.NewGuid()),
        ["sessionId"] = Or(random, Guid.NewGuid()),
        ["ids"] = Or(random, Enumerable.Range(0, random.Next(5)).Select(_ => Guid.NewGuid()).ToArray()),
        ["from"] = Or(random, "2026-01-05"),
        ["to"] = Or(random, "2026-03-01"),
        ["first"] = Or(random, random.Next(1, 100)),
        ["timeZone"] = Or(random, "Asia/Kathmandu"),
    };

    private static object? Or(Random random, object value) => random.Next(8) == 0 ? Value(random, 0) : value;

    private static object? Value(Random random, int depth) => random.Next(depth > 3 ? 6 : 8) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        3 => random.NextDouble() * Math.Pow(10, random.Next(-300, 300)),
        4 => Piece(random),
        5 => "",
        6 => Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1)).ToArray(),
        _ => new Dictionary<string, object?> { [Piece(random)] = Value(random, depth + 1) },
    };

    private static string Mutated(Random random)
    {
        var text = new StringBuilder(Document(random));
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(5))
            {
                case 0:
                    text.Insert(at, Piece(random));
                    break;
                case 1:
                    text.Remove(at, random.Next(Math.Min(20, text.Length - at + 1)));
                    break;
                case 2:
                    text.Insert(at, Document(random));
                    break;
                case 3:
                    text.Insert(at, string.Concat(Enumerable.Repeat(Piece(random), random.Next(200))));
                    break;
                default:
                    var part = text.ToString(at, Math.Min(text.Length - at, random.Next(60)));
                    text.Insert(random.Next(text.Length + 1), part);
                    break;
            }
        }
        return text.ToString();
    }

    private static string Document(Random random) => Documents[random.Next(Documents.Length)];

    private static string Piece(Random random) => Pieces[random.Next(Pieces.Length)];

    private static double HeapMiB() => GC.GetTotalMemory(forceFullCollection: true) / 1_048_576.0;

    private async Task<TimeSpan> TimeAsync()
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < 20; i++)
        {
            var started = Stopwatch.GetTimestamp();
            Assert.Equal("none", (await server.AskAsync("{ freshness { source } }")).Codes());
            times.Add(Stopwatch.GetElapsedTime(started));
        }
        return times.Order().ElementAt(10);
    }

    // The runtime's own hash differs from run to run.
    private static int HashCode(int seed, int number) => unchecked(seed * 486_187_739 + number);

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}

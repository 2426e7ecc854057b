// The shape of the answer to each operation in schema/operations, with data that never changes.
using System.Net.Http.Json;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Gql.Tests.Http;
using Snapshooter.Xunit;

namespace Analytics.Gql.Tests.Api;

/// <summary>One athlete with two weeks: a strength session, a run, and a session still open.</summary>
public sealed class AthleteFixture : ServerFixture
{
    public const string Ada = "ada00000-0000-4000-8000-000000000001";
    public const string Nobody = "ada00000-0000-4000-8000-00000000dead";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Database.ExecuteAsync("""
            insert into core.users (user_id, display_name) values (@ada::uuid, 'Ada');
            insert into core.exercises (exercise_id, name) values ('e0000000-0000-4000-8000-000000000001', 'Squat');
            insert into core.sessions (session_id, user_id, activity_type, title, started_at, ended_at, distance_m) values
                ('50000000-0000-4000-8000-000000000001', @ada::uuid, 'strength', 'Legs', '2026-03-04T10:00:00Z', '2026-03-04T11:00:30Z', null),
                ('50000000-0000-4000-8000-000000000002', @ada::uuid, 'run', null, '2026-03-10T06:30:00.123456Z', '2026-03-10T07:00:00Z', 5012.5),
                ('50000000-0000-4000-8000-000000000003', @ada::uuid, 'strength', null, '2026-03-11T18:00:00Z', null, null);
            insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg, rpe)
            select '50000000-0000-4000-8000-000000000001', 'e0000000-0000-4000-8000-000000000001', n, 5, 100 + n, 7.5
            from generate_series(0, 2) as n;
            """, new { ada = Ada });
        await FreshAsync();
    }
}

public sealed class OperationTests(AthleteFixture server) : IClassFixture<AthleteFixture>
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [MemberData(nameof(SchemaTests.OperationsWithOneResult), MemberType = typeof(SchemaTests))]
    public async Task Every_operation_of_the_repository_answers_in_this_shape(string file)
    {
        // What another case's mutation staged would be pending in this one's answer.
        await server.FreshAsync();
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "operations", file));
        var answer = await server.AskAsync(text, Variables);
        Shape(answer.GetRawText()).MatchSnapshot($"OperationTests.{Path.GetFileNameWithoutExtension(file)}");

        // By its id, as a trusted document.
        using var response = await server.Http.PostAsJsonAsync(
            "/graphql", new { documentId = DocumentFolder.IdOf(text), variables = Variables });
        Assert.Equal(Shape(answer.GetRawText()), Shape(await response.Content.ReadAsStringAsync()));
    }

    private static object Variables { get; } = new
    {
        userId = AthleteFixture.Ada,
        ids = new[] { AthleteFixture.Ada, AthleteFixture.Nobody },
        from = "2026-03-02",
        to = "2026-03-29",
        first = 2,
    };

    private static string Shape(string answer) => Stable(JsonNode.Parse(answer)!).ToJsonString(Indented) + "\n";

    // Clock readings differ from run to run, and so do how many drains there were.
    private static JsonNode Stable(JsonNode node)
    {
        if (node is JsonArray list)
        {
            foreach (var element in list.OfType<JsonNode>())
                Stable(element);
        }
        else if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToList())
            {
                if (name is "asOf" or "lastRefreshAt" || (value is not null && members.ContainsKey("stagedChanges") && name is "startedAt" or "endedAt" or "id" or "keys" or "stagedChanges"))
                    members[name] = value is null ? null : $"a {Kind(value)}";
                else if (name == "verifiedAt")
                    members[name] = "null, or a DateTime once an audit has run";
                else if (name == "refreshRuns")
                    members[name] = new JsonArray(value!.AsArray().OfType<JsonNode>().Where(run => (string?)run["kind"] == "INCREMENTAL")
                        .Take(1).Select(run => Stable(run).DeepClone()).ToArray());
                else if (name == "fullRefreshes") // a test beside this one asks for another
                    members[name] = new JsonArray(value!.AsArray().OfType<JsonNode>().Where(run => (string?)run["outcome"] == "SUCCEEDED")
                        .Take(1).Select(run => new JsonObject { ["outcome"] = "SUCCEEDED", ["endedAt"] = $"a {Kind(run["endedAt"]!)}" }).ToArray());
                else if (value is not null)
                    Stable(value);
            }
        }
        return node;
    }

    private static string Kind(JsonNode value) => value.GetValueKind() == JsonValueKind.Number ? "number"
        : DateTimeOffset.TryParse((string?)value, out _) && ((string)value!).EndsWith('Z') ? "DateTime" : "text";
}

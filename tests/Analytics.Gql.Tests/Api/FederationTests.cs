// The service as a subgraph of Apollo Federation: off unless set, one statement for each kind of data of a batch, order
// and duplicates kept, each bad representation refused by itself.
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Api;

public sealed class FederatedTeamFixture : TeamFixture
{
    protected override IReadOnlyList<string> Settings =>
        ["--Analytics:Schema:Federation=true", "--Analytics:Limits:MaxCost=6000"];
}

public sealed class FederatedWithoutIntrospectionFixture : ServerFixture
{
    protected override IReadOnlyList<string> Settings =>
        ["--Analytics:Schema:Federation=true", "--Analytics:Schema:Introspection=false"];
}

public sealed class FederationOffTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("{ _service { sdl } }")]
    [InlineData("{ _entities(representations: []) { __typename } }")]
    [InlineData("query ($r: [_Any!]!) { users(ids: []) { id } }")]
    [InlineData("{ ... on Query { users(ids: []) { ... on _Entity { __typename } } } }")]
    public async Task Unless_it_is_set_there_is_nothing_of_a_federation(string query)
    {
        var answer = await server.AskAsync(query, new { r = Array.Empty<object>() });
        Assert.Equal("GRAPHQL_VALIDATION_FAILED", answer.Codes());
        var types = (await server.AskAsync("{ __schema { types { name } } }")).Data();
        Assert.DoesNotContain("\"_", types.Replace("\"__", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}

public sealed class FederationWithoutIntrospectionTests(FederatedWithoutIntrospectionFixture server)
    : IClassFixture<FederatedWithoutIntrospectionFixture>
{
    [Fact]
    public async Task Where_introspection_is_off_the_subgraph_does_not_tell_its_schema_and_answers_entities()
    {
        Assert.Equal("INTROSPECTION_DISABLED", (await server.AskAsync("{ _service { sdl } }")).Codes());
        var entities = await server.AskAsync("{ _entities(representations: []) { __typename } }");
        Assert.Equal("""{"_entities":[]}""", entities.Data());
    }
}

public sealed class FederationTests(FederatedTeamFixture team) : IClassFixture<FederatedTeamFixture>
{
    private const string Names =
        "query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on User { id displayName } } }";

    /// <summary>The subgraph's SDL, out of the one for clients.</summary>
    internal static string Subgraph(string schema) =>
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\n\n"
        + schema.Replace("\ntype User {", "\ntype User @key(fields: \"id\") {", StringComparison.Ordinal);

    [Fact]
    public async Task The_subgraphs_sdl_is_that_of_clients_with_the_link_and_the_key()
    {
        var clients = await team.Http.GetStringAsync(new Uri("/graphql/schema.graphql", UriKind.Relative));
        Assert.DoesNotContain("_entities", clients, StringComparison.Ordinal);
        Assert.DoesNotContain("@key", clients, StringComparison.Ordinal);
        var answer = await team.AskAsync("{ _service { sdl } }");
        var sdl = answer.GetProperty("data").GetProperty("_service").GetProperty("sdl").GetString();
        Assert.Equal(Subgraph(clients), sdl);
        Assert.Contains("type User @key(fields: \"id\") {", sdl, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("_service", "_Service!")]
    [InlineData("_entities", "[_Entity]!")]
    public async Task The_root_fields_have_the_types_that_the_specification_wants(string field, string type)
    {
        var answer = await team.AskAsync(
            "{ __type(name: \"Query\") { fields { name description type { kind name "
            + "ofType { kind name ofType { name } } } } } }");
        var fields = answer.GetProperty("data").GetProperty("__type").GetProperty("fields");
        var found = fields.EnumerateArray().Single(each => each.GetProperty("name").GetString() == field);
        Assert.NotEmpty(found.GetProperty("description").GetString()!);
        Assert.Equal(type, Named(found.GetProperty("type")));

        static string Named(JsonElement type) => type.GetProperty("kind").GetString() switch
        {
            "NON_NULL" => Named(type.GetProperty("ofType")) + "!",
            "LIST" => $"[{type.GetProperty("ofType").GetProperty("name").GetString()}]",
            _ => type.GetProperty("name").GetString()!,
        };
    }

    [Fact]
    public async Task A_batch_of_representations_costs_one_statement_for_each_kind_of_data()
    {
        JsonElement answer = default;
        var sent = await SentStatements.OfAsync(async () => answer = await team.AskAsync(
            "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { displayName freshness { asOf } "
            + "weeklyAggregates(from: \"2026-01-05\", to: \"2026-01-18\") { "
            + "nodes { sessionCount sessions { sessionId } } } } } }",
            new { r = team.Users.Take(5).Select(Of) }));
        StatementCountTests.AssertOneOfEach(
            sent, "core.users as u", "from analytics.freshness(@userIds, @source)",
            "analytics.weekly_aggregates_current", "analytics.session_summary_current");
        var entities = answer.GetProperty("data").GetProperty("_entities").EnumerateArray().ToList();
        Assert.Equal(5, entities.Count);
        Assert.All(entities, user => Assert.Equal(
            [1, 1], user.GetProperty("weeklyAggregates").GetProperty("nodes").EnumerateArray()
                .Select(week => week.GetProperty("sessionCount").GetInt32())));
    }

    [Fact]
    public async Task Order_and_duplicates_of_representations_are_kept()
    {
        Guid[] asked = [team.Users[3], team.Users[1], team.Users[3], team.Users[0], team.Users[1]];
        JsonElement answer = default;
        var sent = await SentStatements.OfAsync(
            async () => answer = await team.AskAsync(Names, new { r = asked.Select(Of) }));
        Assert.Single(sent);
        var entities = answer.GetProperty("data").GetProperty("_entities").EnumerateArray().ToList();
        Assert.Equal(asked, entities.Select(user => user.GetProperty("id").GetGuid()));
        Assert.All(entities, user => Assert.Equal("User", user.GetProperty("__typename").GetString()));
    }

    [Fact]
    public async Task A_representation_may_be_a_literal_and_carry_more_than_the_key()
    {
        var id = team.Users[2];
        var answer = await team.AskAsync(
            $"{{ _entities(representations: {{__typename: \"User\", id: \"{id}\", nickname: [\"a\"]}}) "
            + "{ ... on User { id } } }");
        Assert.Equal($$"""{"_entities":[{"id":"{{id}}"}]}""", answer.Data());
    }

    [Fact]
    public async Task An_unknown_user_is_null_with_an_error_at_its_place()
    {
        var nobody = Guid.NewGuid();
        var answer = await team.AskAsync(Names, new { r = new[] { Of(team.Users[0]), Of(nobody) } });
        Assert.Equal("NOT_FOUND", answer.Codes());
        Assert.Equal($"_entities: there is no user {nobody}. Check the id.", answer.Message());
        AssertOnlySecondFailed(answer);
    }

    [Theory]
    [InlineData("""{"__typename": "Team", "id": "x"}""", "'Team' is no entity of this subgraph (User). Compose the")]
    [InlineData("""{"__typename": "Query"}""", "'Query' is no entity of this subgraph (User).")]
    [InlineData("""{"__typename": 7}""", "'7' is no entity of this subgraph (User).")]
    [InlineData("""{"id": "x"}""", "a representation has no '__typename'. Send an object such as {\"__typename\": ")]
    [InlineData("""{"__typename": "User"}""", "a representation of User has no 'id'. Send an object such as")]
    [InlineData("""{"__typename": "User", "id": null}""", "a representation of User has no 'id'.")]
    [InlineData("""{"__typename": "User", "id": "abc"}""", "'abc' is not an id. Ids are UUIDs")]
    [InlineData("""{"__typename": "User", "id": 5}""", "'5' is not an id.")]
    [InlineData("""{"__typename": "User", "id": ["x"]}""", "'a list or an object' is not an id.")]
    [InlineData("\"User\"", "'User' is no representation. Send an object such as")]
    [InlineData("[[]]", "'a list or an object' is no representation.")]
    public async Task A_bad_representation_fails_its_own_element(string representation, string part)
    {
        using var bad = JsonDocument.Parse(representation);
        var answer = await team.AskAsync(Names, new { r = new[] { Of(team.Users[0]), bad.RootElement } });
        Assert.Equal("BAD_USER_INPUT", answer.Codes());
        Assert.StartsWith("_entities: ", answer.Message(), StringComparison.Ordinal);
        Assert.Contains(part, answer.Message(), StringComparison.Ordinal);
        AssertOnlySecondFailed(answer);
    }

    [Theory]
    [InlineData("[{__typename: \"User\", id: $id}]")]
    [InlineData("[{__typename: \"User\", id: \"a\", id: \"b\"}]")]
    [InlineData("null")]
    [InlineData("[null]")]
    public async Task A_representation_that_cannot_be_read_is_the_clients_fault(string representations)
    {
        var answer = await team.AskAsync(
            "query ($id: ID!) { user(id: $id) { id } "
            + $"_entities(representations: {representations}) {{ __typename }} }}",
            new { id = team.Users[0] });
        Assert.Contains(answer.Codes(), new[] { "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED" });
    }

    [Fact]
    public async Task More_representations_than_the_limit_are_refused_with_the_number_and_the_setting()
    {
        var answer = await team.AskAsync(
            "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }",
            new { r = Enumerable.Repeat(team.Users[0], 101).Select(Of) });
        Assert.Equal("LIMIT_EXCEEDED", answer.Codes());
        Assert.Equal(
            "_entities: 101 representations; at most 100. Ask for fewer in one operation, or ask the operator to raise "
            + "Analytics:Limits:MaxUsers.", answer.Message());
        Assert.Equal("null", answer.Data());
    }

    /// <summary>1 + representations × (__typename, id, displayName).</summary>
    [Theory]
    [InlineData(Names, 2, 7)]
    [InlineData(Names, 50, 151)]
    [InlineData("query ($r: [_Any!]!) { _entities(representations: $r) { ...U } } fragment U on User { id }", 50, 51)]
    public async Task Representations_are_counted_in_the_cost(string query, int count, int cost)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = System.Net.Http.Json.JsonContent.Create(
                new { query, variables = new { r = team.Users.Take(count).Select(Of) } }),
        };
        request.Headers.Add("X-Analytics-Cost", "1");
        using var response = await team.Http.SendAsync(request);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(
            cost, answer.RootElement.GetProperty("extensions").GetProperty("cost").GetProperty("requested").GetInt32());
    }

    [Fact]
    public async Task A_batch_that_costs_too_much_is_refused()
    {
        var answer = await team.AskAsync(
            "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { "
            + "weeklyAggregates(from: \"2025-01-06\", to: \"2026-03-29\") { nodes { weekStart sessionCount } } } } }",
            new { r = team.Users.Select(Of) });
        Assert.Equal("LIMIT_EXCEEDED", answer.Codes());
        // 50 users × (64 weeks × 2 fields + nodes + weeklyAggregates) + _entities.
        Assert.StartsWith("The operation costs 6501; at most 6000 ", answer.Message(), StringComparison.Ordinal);
    }

    private static object Of(Guid id) => new { __typename = "User", id };

    private static void AssertOnlySecondFailed(JsonElement answer)
    {
        Assert.Equal("""["_entities",1]""", answer.Error().GetProperty("path").GetRawText());
        Assert.Equal(1, answer.GetProperty("errors").GetArrayLength());
        var entities = answer.GetProperty("data").GetProperty("_entities");
        Assert.StartsWith("User ", entities[0].GetProperty("displayName").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, entities[1].ValueKind);
    }
}

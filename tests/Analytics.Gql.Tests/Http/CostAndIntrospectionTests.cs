// What an operation costs, told on request; and introspection turned off.
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Http;

public sealed class CostAndIntrospectionTests
{
    private const string Introspection = "Analytics:Schema:Introspection";
    private const string New = "application/graphql-response+json";

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public async Task The_cost_is_told_on_request_whether_accepted_or_refused(int first, bool accepted)
    {
        await using var server = await SettingsServer.StartAsync(("Analytics:Limits:MaxCost", "12"));
        server.Client.DefaultRequestHeaders.Add("X-Analytics-Cost", "1");
        using var response = await server.PostAsync(new { query = $"{{ page(first: {first}) {{ nodes {{ start }} }} }}" });
        var answer = await response.JsonAsync();
        Assert.Equal(accepted ? "none" : "LIMIT_EXCEEDED", answer.Codes());
        Assert.Equal($"{{\"cost\":{{\"requested\":{first + 2},\"limit\":12}}}}", answer.GetProperty("extensions").GetRawText());
    }

    [Fact]
    public async Task The_cost_is_told_for_each_operation_of_a_batch_and_for_cached_documents()
    {
        await using var server = await SettingsServer.StartAsync();
        server.Client.DefaultRequestHeaders.Add("X-Analytics-Cost", "1");
        using var response = await server.PostAsync(new[] { new { query = "{ echo }" }, new { query = "{ echo order }" } });
        Assert.Equal([1, 2], (await response.JsonAsync()).EnumerateArray().Select(Cost));
        using var again = await server.PostAsync(new { query = "{ echo }" });
        Assert.Equal(1, Cost(await again.JsonAsync()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    public async Task The_cost_is_not_told_unasked(string? header)
    {
        await using var server = await SettingsServer.StartAsync();
        if (header is not null) server.Client.DefaultRequestHeaders.Add("X-Analytics-Cost", header);
        using var response = await server.PostAsync(new { query = "{ echo }" });
        Assert.Equal("{\"data\":{\"echo\":null}}", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_operation_that_was_never_measured_has_no_cost()
    {
        await using var server = await SettingsServer.StartAsync();
        server.Client.DefaultRequestHeaders.Add("X-Analytics-Cost", "1");
        using var response = await server.PostAsync(new { query = "{ ech }" });
        Assert.False((await response.JsonAsync()).TryGetProperty("extensions", out _));
    }

    [Theory]
    [InlineData("{ __schema { queryType { name } } }", "'__schema'")]
    [InlineData("{ echo ...F } fragment F on Query { a: __type(name: \"Query\") { name } }", "'__type'")]
    [InlineData(Engine.Introspection.Standard, "'__schema'")]
    public async Task Introspection_turned_off_is_refused_wherever_it_stands(string query, string field)
    {
        await using var server = await SettingsServer.StartAsync((Introspection, "false"));
        using var response = await server.PostAsync(new { query }, New);
        await GraphQLOverHttpTests.AssertErrorAsync(
            response, 400, "INTROSPECTION_DISABLED", field + " is refused: introspection is off.");
    }

    [Fact]
    public async Task Typename_still_works_and_the_sdl_is_not_served()
    {
        await using var server = await SettingsServer.StartAsync((Introspection, "false"));
        using var response = await server.PostAsync(new { query = "{ __typename page { __typename } }" });
        Assert.Equal("{\"__typename\":\"Query\",\"page\":{\"__typename\":\"Page\"}}", (await response.JsonAsync()).Data());
        using var sdl = await server.Client.GetAsync(new Uri("/graphql/schema.graphql", UriKind.Relative));
        Assert.Equal(404, (int)sdl.StatusCode);
    }

    private static int Cost(JsonElement answer) =>
        answer.GetProperty("extensions").GetProperty("cost").GetProperty("requested").GetInt32();
}

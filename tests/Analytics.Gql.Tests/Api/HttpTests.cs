// The wire: methods, media types, status codes.
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Api;

public sealed class HttpTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("{\"query\":\"{ __typename }\"}", "application/json", "application/json", 200)]
    [InlineData("{\"query\":\"{ __typename }\"}", "application/json", "application/graphql-response+json", 200)]
    [InlineData("{\"query\":\"{ nope }\"}", "application/json", "application/graphql-response+json", 400)]
    [InlineData("{\"query\":\"{ nope }\"}", "application/json", "application/json", 200)]
    [InlineData("{\"query\":\"{ __typename }\"}", "text/plain", "application/json", 415)]
    [InlineData("{\"query\":\"{ __typename }\"}", "application/json", "text/csv", 406)]
    [InlineData("{\"query\":", "application/json", "application/json", 400)]
    [InlineData("{\"query\":7}", "application/json", "application/json", 400)]
    [InlineData("[]", "application/json", "application/json", 400)]
    [InlineData("[{\"query\":\"{ __typename }\"},{\"query\":\"{ nope }\"}]", "application/json", "application/json", 200)]
    public async Task Post_answers_with_the_status_of_the_specification(string body, string type, string accept, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent(body, Encoding.UTF8, type) };
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Get_runs_queries_and_refuses_mutations()
    {
        using var query = await server.Http.GetAsync(new Uri("/graphql?query=%7B__typename%7D", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, query.StatusCode);
        using var mutation = await server.Http.GetAsync(new Uri("/graphql?query=mutation%7BrequestFullRefresh%7Baccepted%7D%7D", UriKind.Relative));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, mutation.StatusCode);
        Assert.Equal(["POST"], mutation.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_request_over_the_limit_is_refused_with_413()
    {
        using var content = new StringContent($"{{\"query\":\"{new string(' ', 1_048_600)}\"}}", Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync(new Uri("/graphql", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("LIMIT_EXCEEDED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("levels deep", "{ __typename ...A } fragment A on Query { user(id: \"00000000-0000-0000-0000-000000000001\") { weeklyAggregates(from: \"2026-01-01\", to: \"2026-01-01\") { nodes { sessions { freshness { asOf } } } } } }", false)]
    [InlineData("aliased fields", "ALIASES", true)]
    public async Task Limits_hold_at_their_bound_and_refuse_one_past_it(string unit, string query, bool refused)
    {
        if (query == "ALIASES")
            query = "{" + string.Concat(Enumerable.Range(0, 101).Select(i => $" a{i}: freshness {{ asOf }}")) + "}";
        var answer = (await server.AskAsync(query)).ToString();
        Assert.Equal(refused, answer.Contains(unit, StringComparison.Ordinal) && answer.Contains("LIMIT_EXCEEDED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fragment_bomb_is_refused_at_once()
    {
        var bomb = new StringBuilder("{ ...F0 }");
        for (var i = 0; i < 40; i++)
            bomb.Append($" fragment F{i} on Query {{ a{i}: freshness {{ asOf }} ...F{i + 1} ...F{i + 1} }}");
        bomb.Append(" fragment F40 on Query { __typename }");
        Assert.Contains("LIMIT_EXCEEDED", (await server.AskAsync(bomb.ToString())).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_health_and_landing_page_are_served()
    {
        Assert.Contains("type Query", await server.Http.GetStringAsync(new Uri("/graphql/schema.graphql", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal("Healthy", await server.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative)));
        using var visit = new HttpRequestMessage(HttpMethod.Get, "/graphql");
        visit.Headers.Accept.ParseAdd("text/html");
        using var page = await server.Http.SendAsync(visit);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
    }
}

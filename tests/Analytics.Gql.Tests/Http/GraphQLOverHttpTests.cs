// GraphQL over HTTP: methods, media types, status codes and bodies, over a real socket.
using System.Net;
using System.Text.Json;
using Analytics.Gql.Tests.Engine;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Http;

public sealed class GraphQLOverHttpTests(SampleServer server) : IClassFixture<SampleServer>
{
    private const string Json = "application/json; charset=utf-8";
    private const string GraphQL = "application/graphql-response+json; charset=utf-8";
    private const string New = "application/graphql-response+json";

    [Theory]
    [InlineData(null, Json)]
    [InlineData("*/*", Json)]
    [InlineData("application/*", Json)]
    [InlineData("application/json", Json)]
    [InlineData("application/json; charset=UTF-8", Json)]
    [InlineData(New, GraphQL)]
    [InlineData("application/graphql-response+json, application/json;q=0.9", GraphQL)]
    [InlineData("application/graphql-response+json;q=0.5, application/json", Json)]
    [InlineData("text/html, application/json;q=0.1", Json)]
    [InlineData("APPLICATION/GRAPHQL-RESPONSE+JSON", GraphQL)]
    public async Task The_answer_has_the_type_that_the_client_likes_best(string? accept, string type)
    {
        using var response = await server.PostAsync(new { query = "{ echo(text: \"é\") }" }, accept);
        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.MediaType()));
        Assert.Equal("{\"data\":{\"echo\":\"é\"}}", await response.Content.ReadAsStringAsync());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("Accept", response.Headers.Vary.Single());
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData("multipart/mixed")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json;q=0")]
    [InlineData("nonsense")]
    public async Task A_client_that_accepts_nothing_we_write_gets_406(string accept)
    {
        using var response = await server.PostAsync(new { query = "{ echo }" }, accept);
        await AssertErrorAsync(response, 406, "NOT_ACCEPTABLE", "answers are application/graphql-response+json or application/json");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/graphql")]
    [InlineData("application/json; charset=utf-16")]
    public async Task A_body_that_is_not_json_gets_415(string contentType)
    {
        using var response = await server.PostAsync("{\"query\": \"{ echo }\"}", contentType: contentType);
        await AssertErrorAsync(response, 415, "UNSUPPORTED_MEDIA_TYPE", $"'{contentType}'; it must be application/json");
    }

    [Theory]
    [InlineData("", "The body is not valid JSON")]
    [InlineData("{", "The body is not valid JSON (line 1, byte 2)")]
    [InlineData("{\"query\": }", "The body is not valid JSON (line 1, byte 11)")]
    [InlineData("5", "The body is a number; it must be an object")]
    [InlineData("null", "The body is null; it must be an object")]
    [InlineData("\"{ echo }\"", "The body is a string; it must be an object")]
    [InlineData("{}", "The body has no 'query'.")]
    [InlineData("{\"query\": null}", "The body has no 'query'.")]
    [InlineData("{\"query\": \"\"}", "The body has no 'query'.")]
    [InlineData("{\"query\": 5}", "'query' is a number; it must be a string.")]
    [InlineData("{\"query\": \"{ echo }\", \"operationName\": {}}", "'operationName' is an object; it must be a string.")]
    [InlineData("{\"query\": \"{ echo }\", \"variables\": [1]}", "'variables' is a list; it must be an object.")]
    [InlineData("{\"query\": \"{ echo }\", \"variables\": \"{}\"}", "'variables' is a string; it must be an object.")]
    [InlineData("{\"query\": \"{ echo }\", \"extensions\": true}", "'extensions' is a boolean; it must be an object.")]
    [InlineData("{\"query\": \"{ echo }\", \"variables\": {\"a\": \"\\ud800\"}}", "The body has a string that is not valid Unicode.")]
    [InlineData("[]", "The batch is empty.")]
    [InlineData("[{\"query\": \"{ echo }\"}, 5]", "Operation 1 of the batch is a number")]
    public async Task A_broken_request_gets_400_with_the_reason(string body, string message)
    {
        foreach (var accept in new[] { null, New })
        {
            using var response = await server.PostAsync(body, accept);
            await AssertErrorAsync(response, 400, "BAD_REQUEST", message);
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_get_400()
    {
        byte[] body = [.. "{\"query\": \""u8, 0xff, 0xfe, .. "\"}"u8];
        using var response = await server.SendAsync(
            HttpMethod.Post, "/graphql", new ByteArrayContent(body), contentType: "application/json");
        await AssertErrorAsync(response, 400, "BAD_REQUEST", "");
    }

    [Theory]
    [InlineData("{ echo", "GRAPHQL_PARSE_FAILED")]
    [InlineData("{ ech }", "GRAPHQL_VALIDATION_FAILED")]
    [InlineData("{ idOf(value: \"abc\") }", "BAD_USER_INPUT")]
    public async Task A_refused_document_is_400_to_new_clients_and_200_to_old_ones(string query, string code)
    {
        using var fresh = await server.PostAsync(new { query }, New);
        Assert.Equal(HttpStatusCode.BadRequest, fresh.StatusCode);
        using var old = await server.PostAsync(new { query }, "application/json");
        Assert.Equal(HttpStatusCode.OK, old.StatusCode);
        Assert.Equal((code, code), ((await fresh.JsonAsync()).Code(), (await old.JsonAsync()).Code()));
    }

    [Fact]
    public async Task An_operation_that_ran_is_200_also_with_errors()
    {
        using var response = await server.PostAsync(new { query = "{ echo refuse }" }, New);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("BAD_USER_INPUT", (await response.JsonAsync()).Code());
    }

    [Fact]
    public async Task A_fault_shows_a_trace_id_that_the_log_has_too()
    {
        using var response = await server.PostAsync(new { query = "{ boom }" });
        var traceId = (await response.JsonAsync()).Error().GetProperty("extensions").GetProperty("traceId").GetString()!;
        Assert.True(traceId.Length > 8);
        Assert.Contains(server.Log.Entries, entry => entry.Text.Contains(traceId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_get_runs_a_query_with_variables_and_an_operation_name()
    {
        var query = Uri.EscapeDataString("query A($t: String) { echo(text: $t) } query B { order }");
        using var response = await server.GetAsync(
            $"?query={query}&operationName=A&variables={Uri.EscapeDataString("{\"t\": \"x\"}")}", New);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("{\"data\":{\"echo\":\"x\"}}", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("", "The query string has no 'query'.")]
    [InlineData("?query=", "The query string has no 'query'.")]
    [InlineData("?query={echo}&variables={", "'variables' in the query string is not valid JSON.")]
    [InlineData("?query={echo}&variables=5", "'variables' is a number; it must be an object.")]
    [InlineData("?query={echo}&extensions=[]", "'extensions' is a list; it must be an object.")]
    public async Task A_broken_get_is_400_with_the_reason(string queryString, string message)
    {
        using var response = await server.GetAsync(queryString);
        await AssertErrorAsync(response, 400, "BAD_REQUEST", message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(New)]
    public async Task A_mutation_by_get_is_405_and_changes_nothing(string? accept)
    {
        var before = server.Sample.Changes;
        var mutation = Uri.EscapeDataString($"mutation {{ change(input: {{personId: \"{SampleIds.Id(1)}\"}}) }}");
        using var response = await server.GetAsync("?query=" + mutation, accept);
        await AssertErrorAsync(response, 405, "METHOD_NOT_ALLOWED", "GET runs queries only. Send mutations with POST.");
        Assert.Equal("POST", response.Content.Headers.Allow.Single());
        Assert.Equal(before, server.Sample.Changes);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    public async Task Other_methods_are_405_with_those_that_are_allowed(string method)
    {
        using var response = await server.SendAsync(new HttpMethod(method), "/graphql", null);
        Assert.Equal(["GET", "POST"], response.Content.Headers.Allow.Order());
        await AssertErrorAsync(response, 405, "METHOD_NOT_ALLOWED", $"{method} is not a method of this endpoint.");
    }

    [Fact]
    public async Task An_unknown_operation_name_is_told()
    {
        using var response = await server.PostAsync(new { query = "query A { echo }", operationName = "B" }, New);
        await AssertErrorAsync(response, 400, "BAD_USER_INPUT", "'B'");
    }

    [Fact]
    public async Task Unknown_members_of_a_request_are_ignored()
    {
        using var response = await server.PostAsync(new { query = "{ echo }", id = 5, documentHash = "x" });
        Assert.Equal("{\"data\":{\"echo\":null}}", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_schema_is_served_as_text()
    {
        using var response = await server.Client.GetAsync(new Uri("/graphql/schema.graphql", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, "text/plain; charset=utf-8"), (response.StatusCode, response.MediaType()));
        Assert.Contains("type Query {", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_that_sends_a_query_gets_its_answer()
    {
        using var query = await server.GetAsync("?query={echo}", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        Assert.Equal(Json, query.MediaType());
    }

    internal static async Task AssertErrorAsync(HttpResponseMessage response, int status, string code, string message)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal((status, body), ((int)response.StatusCode, body));
        using var answer = JsonDocument.Parse(body);
        Assert.Equal(code, answer.RootElement.Code());
        Assert.Contains(message, answer.RootElement.Message(), StringComparison.Ordinal);
        Assert.False(answer.RootElement.TryGetProperty("data", out _));
    }
}

// Automatic persisted queries, in the words that Apollo's clients look for.
using System.Text.Json;
using Analytics.Gql.Engine.Documents;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Tests.Http;

public sealed class PersistedQueryTests(SampleServer server) : IClassFixture<SampleServer>
{
    private const string New = "application/graphql-response+json";

    [Fact]
    public async Task The_hash_alone_is_enough_once_hash_and_query_were_sent_by_post_or_get()
    {
        const string query = "query Once($t: String) { echo(text: $t) }";
        var extensions = Hash(query);
        using var unknown = await server.PostAsync(new { extensions }, New);
        await GraphQLOverHttpTests.AssertErrorAsync(unknown, 400, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
        using var old = await server.PostAsync(new { extensions });
        await GraphQLOverHttpTests.AssertErrorAsync(old, 200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
        Assert.Equal("{\"echo\":\"a\"}", await DataAsync(server, new { query, extensions, variables = new { t = "a" } }));
        Assert.Equal("{\"echo\":\"b\"}", await DataAsync(server, new { extensions, variables = new { t = "b" } }));
        using var get = await server.GetAsync(
            $"?variables={Uri.EscapeDataString("{\"t\":\"c\"}")}&extensions={Uri.EscapeDataString(JsonSerializer.Serialize(extensions))}", New);
        Assert.Equal("{\"data\":{\"echo\":\"c\"}}", await get.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_get_with_hash_and_query_is_remembered_too()
    {
        const string query = "{ echo(text: \"by get\") }";
        var extensions = Uri.EscapeDataString(JsonSerializer.Serialize(Hash(query)));
        using var first = await server.GetAsync($"?query={Uri.EscapeDataString(query)}&extensions={extensions}");
        using var second = await server.GetAsync($"?extensions={extensions}");
        Assert.Equal("{\"data\":{\"echo\":\"by get\"}}", await second.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_query_that_ran_before_without_its_hash_is_remembered_when_the_hash_comes()
    {
        const string query = "{ echo(text: \"cached\") }";
        await DataAsync(server, new { query });
        await DataAsync(server, new { query, extensions = Hash(query) });
        Assert.Equal("{\"echo\":\"cached\"}", await DataAsync(server, new { extensions = Hash(query) }));
    }

    [Fact]
    public async Task A_hash_of_another_text_is_refused_and_not_remembered()
    {
        const string query = "{ echo(text: \"mine\") }";
        var extensions = Hash("{ echo(text: \"yours\") }");
        using var wrong = await server.PostAsync(new { query, extensions }, New);
        await GraphQLOverHttpTests.AssertErrorAsync(
            wrong, 400, "BAD_USER_INPUT", $"the hash of 'query' is {DocumentFolder.HashOf(query)}. Hash the exact UTF-8 text that is sent.");
        using var after = await server.PostAsync(new { extensions });
        Assert.Equal("PERSISTED_QUERY_NOT_FOUND", (await after.JsonAsync()).Code());
    }

    [Theory]
    [InlineData("{ ech }")]
    [InlineData("{ echo")]
    [InlineData("{ idOf(value: \"abc\") }")]
    public async Task A_query_that_was_refused_is_not_remembered(string query)
    {
        using var refused = await server.PostAsync(new { query, extensions = Hash(query) }, New);
        Assert.Equal(400, (int)refused.StatusCode);
        using var after = await server.PostAsync(new { extensions = Hash(query) });
        Assert.Equal("PERSISTED_QUERY_NOT_FOUND", (await after.JsonAsync()).Code());
    }

    [Theory]
    [InlineData("5", "extensions.persistedQuery is not an object.")]
    [InlineData("{\"sha256Hash\": \"x\"}", "has version 'none'; only 1 is known.")]
    [InlineData("{\"version\": 2, \"sha256Hash\": \"x\"}", "has version '2'; only 1 is known.")]
    [InlineData("{\"version\": 1}", "has no sha256Hash of 64 hex digits.")]
    [InlineData("{\"version\": 1, \"sha256Hash\": \"abc\"}", "has no sha256Hash of 64 hex digits.")]
    public async Task A_broken_persisted_query_is_told(string persistedQuery, string message)
    {
        foreach (var query in new[] { "", "\"query\": \"{ echo }\", " })
        {
            using var response = await server.PostAsync($"{{{query}\"extensions\": {{\"persistedQuery\": {persistedQuery}}}}}", New);
            await GraphQLOverHttpTests.AssertErrorAsync(response, 400, "BAD_USER_INPUT", message);
        }
    }

    [Theory]
    [InlineData("Analytics:Documents:ApqCacheBytes", "0")]
    [InlineData("Analytics:Documents:TrustedOnly", "true")]
    public async Task A_server_that_remembers_none_says_so_and_Apollo_stops_asking(string key, string value)
    {
        await using var without = await SettingsServer.StartAsync((key, value));
        using var response = await without.PostAsync(new { extensions = Hash("{ echo }") }, New);
        await GraphQLOverHttpTests.AssertErrorAsync(response, 400, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");
    }

    [Fact]
    public async Task The_hash_of_a_trusted_document_finds_it_also_where_no_query_is_remembered()
    {
        using var folder = new DocumentFolder();
        folder.Add("echo.graphql", "{ echo(text: \"trusted\") }");
        await using var only = await SettingsServer.StartAsync(
            ("Analytics:Documents:Folder", folder.Path), ("Analytics:Documents:TrustedOnly", "true"));
        Assert.Equal("{\"echo\":\"trusted\"}", await DataAsync(only, new { extensions = Hash("{ echo(text: \"trusted\") }") }));
    }

    [Fact]
    public async Task What_was_unused_for_longest_makes_room_within_the_bound_in_bytes()
    {
        // 400 and twice hash and text: 400 + 2 × (64 + 19) = 566 each
        await using var two = await SettingsServer.StartAsync(("Analytics:Documents:ApqCacheBytes", $"{2 * 566}"));
        string Query(int n) => $"{{ echo(text: \"{n}\") }}";
        foreach (var n in new[] { 1, 2 }) await DataAsync(two, new { query = Query(n), extensions = Hash(Query(n)) });
        Assert.Equal("{\"echo\":\"1\"}", await DataAsync(two, new { extensions = Hash(Query(1)) }));
        await DataAsync(two, new { query = Query(3), extensions = Hash(Query(3)) });
        Assert.Equal("{\"echo\":\"1\"}", await DataAsync(two, new { extensions = Hash(Query(1)) }));
        Assert.Equal("{\"echo\":\"3\"}", await DataAsync(two, new { extensions = Hash(Query(3)) }));
        using var forgotten = await two.PostAsync(new { extensions = Hash(Query(2)) });
        Assert.Equal("PERSISTED_QUERY_NOT_FOUND", (await forgotten.JsonAsync()).Code());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1073741825")]
    public async Task A_bound_out_of_its_range_is_named_at_start(string value)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => SettingsServer.StartAsync(("Analytics:Documents:ApqCacheBytes", value)));
        Assert.Equal(
            $"Analytics:Documents:ApqCacheBytes is {value}; it must be between 0 and 1073741824. "
            + "Correct the setting, or remove it to use the default.", error.Message);
        Assert.Equal(8 * 1024 * 1024, new DocumentOptions().ApqCacheBytes);
    }

    private static object Hash(string query) => new { persistedQuery = new { version = 1, sha256Hash = DocumentFolder.HashOf(query) } };

    private static async Task<string> DataAsync(SampleServer server, object request)
    {
        using var response = await server.PostAsync(request);
        return (await response.JsonAsync()).Data();
    }
}

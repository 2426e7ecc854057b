// Documents named by an id, by POST and GET, and a server that answers no others.
using Analytics.Gql.Tests.Engine;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Http;

public sealed class TrustedDocumentTests : IDisposable
{
    private const string Folder = "Analytics:Documents:Folder", Only = "Analytics:Documents:TrustedOnly";
    private const string New = "application/graphql-response+json";
    private const string Echo = "query Echo($t: String) {\n  echo(text: $t)\n}\n";
    private readonly DocumentFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    // The example of the specification, and the same text by another hash function of ours.
    [InlineData("query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}", "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e")]
    [InlineData("query($id:ID!){user(id:$id){name}}", "71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b")]
    public void Ids_are_those_of_the_specification(string text, string hash)
    {
        Assert.Equal("sha256:" + hash, Gql.Engine.Documents.TrustedDocuments.IdOf(System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.Equal("sha256:" + hash, DocumentFolder.IdOf(text));
    }

    [Fact]
    public async Task A_document_of_the_folder_is_run_by_its_id_with_variables()
    {
        var id = _folder.Add("nested/echo.graphql", Echo);
        await using var server = await SettingsServer.StartAsync((Folder, _folder.Path));
        using var post = await server.PostAsync(new { documentId = id, variables = new { t = "x" } }, New);
        Assert.Equal("{\"data\":{\"echo\":\"x\"}}", await post.Content.ReadAsStringAsync());
        using var get = await server.GetAsync($"?documentId={id}&variables={Uri.EscapeDataString("{\"t\":\"y\"}")}", New);
        Assert.Equal("{\"data\":{\"echo\":\"y\"}}", await get.Content.ReadAsStringAsync());
        using var own = await server.PostAsync(new { query = "{ echo(text: \"own\") }" });
        Assert.Equal("{\"data\":{\"echo\":\"own\"}}", await own.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Of_a_document_with_several_operations_one_is_named()
    {
        var id = _folder.Add("two.graphql", "query A { order } query B { echo(text: \"b\") }");
        await using var server = await SettingsServer.StartAsync((Folder, _folder.Path));
        using var named = await server.PostAsync(new { documentId = id, operationName = "B" });
        Assert.Equal("{\"data\":{\"echo\":\"b\"}}", await named.Content.ReadAsStringAsync());
        using var unnamed = await server.PostAsync(new { documentId = id }, New);
        await GraphQLOverHttpTests.AssertErrorAsync(unnamed, 400, "BAD_USER_INPUT", "'operationName'");
    }

    [Fact]
    public async Task A_byte_order_mark_counts_for_the_id_and_not_for_the_text()
    {
        var id = _folder.Add("bom.graphql", "\uFEFF{ echo }");
        await using var server = await SettingsServer.StartAsync((Folder, _folder.Path));
        using var response = await server.PostAsync(new { documentId = id });
        Assert.Equal("{\"data\":{\"echo\":null}}", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("md5:x")]
    [InlineData("x")]
    public async Task An_unknown_id_is_told_with_the_remedy(string id)
    {
        await using var server = await SettingsServer.StartAsync();
        using var fresh = await server.PostAsync(new { documentId = id }, New);
        await GraphQLOverHttpTests.AssertErrorAsync(fresh, 400, "DOCUMENT_NOT_FOUND", $"There is no document '{id}'.");
        using var get = await server.GetAsync("?documentId=" + id);
        await GraphQLOverHttpTests.AssertErrorAsync(get, 200, "DOCUMENT_NOT_FOUND", "'analytics-gql schema documents' lists");
    }

    [Fact]
    public async Task A_request_names_one_document_in_one_way()
    {
        await using var server = await SettingsServer.StartAsync();
        using var both = await server.PostAsync(new { documentId = "x", query = "{ echo }" });
        await GraphQLOverHttpTests.AssertErrorAsync(both, 400, "BAD_REQUEST", "both 'query' and 'documentId'. Send one of them.");
        using var number = await server.PostAsync(new { documentId = 5 });
        await GraphQLOverHttpTests.AssertErrorAsync(number, 400, "BAD_REQUEST", "'documentId' is a number; it must be a string.");
    }

    [Fact]
    public async Task A_trusted_mutation_is_still_refused_by_get()
    {
        var id = _folder.Add("change.graphql", $"mutation {{ change(input: {{personId: \"{SampleIds.Id(1)}\"}}) }}");
        await using var server = await SettingsServer.StartAsync((Folder, _folder.Path));
        using var get = await server.GetAsync("?documentId=" + id, New);
        await GraphQLOverHttpTests.AssertErrorAsync(get, 405, "METHOD_NOT_ALLOWED", "GET runs queries only.");
        Assert.Equal(0, server.Sample.Changes);
    }

    [Theory]
    [InlineData("{ echo }")]
    [InlineData("{ __schema { queryType { name } } }")]
    [InlineData(Echo)]
    public async Task A_server_that_trusts_only_its_documents_refuses_every_text(string query)
    {
        var id = _folder.Add("echo.graphql", Echo);
        await using var server = await SettingsServer.StartAsync((Folder, _folder.Path), (Only, "true"));
        using var post = await server.PostAsync(new { query }, New);
        await GraphQLOverHttpTests.AssertErrorAsync(post, 400, "TRUSTED_DOCUMENTS_ONLY", "Send 'documentId' instead of 'query'");
        using var get = await server.GetAsync("?query=" + Uri.EscapeDataString(query));
        await GraphQLOverHttpTests.AssertErrorAsync(get, 200, "TRUSTED_DOCUMENTS_ONLY", "Analytics:Documents:Folder");
        // Also with the hash of a trusted one beside it.
        using var hashed = await server.PostAsync(
            new { query, extensions = new { persistedQuery = new { version = 1, sha256Hash = DocumentFolder.HashOf(Echo) } } });
        Assert.Equal("TRUSTED_DOCUMENTS_ONLY", (await hashed.JsonAsync()).Code());
        using var batch = await server.PostAsync(new object[] { new { query }, new { documentId = id } });
        var answers = await batch.JsonAsync();
        Assert.Equal("TRUSTED_DOCUMENTS_ONLY", answers[0].Code());
        Assert.Equal("{\"echo\":null}", answers[1].Data());
    }

    [Fact]
    public async Task Limits_hold_for_trusted_documents_too()
    {
        var id = _folder.Add("page.graphql", "query ($n: Int) { page(first: $n) { nodes { start } } }");
        await using var server = await SettingsServer.StartAsync((Folder, _folder.Path), ("Analytics:Limits:MaxCost", "12"));
        using var most = await server.PostAsync(new { documentId = id, variables = new { n = 10 } });
        Assert.False((await most.JsonAsync()).TryGetProperty("errors", out _));
        using var more = await server.PostAsync(new { documentId = id, variables = new { n = 11 } }, New);
        await GraphQLOverHttpTests.AssertErrorAsync(more, 400, "LIMIT_EXCEEDED", "The operation costs 13; at most 12");
    }

    [Theory]
    [InlineData("{\n  echo\n  ech\n}", "line 3: Cannot query field 'ech' on type 'Query'.")]
    [InlineData("{\n  echo(", "line 2: ")]
    [InlineData("fragment F on Query { echo }", "line 1: The document has no operation.")]
    [InlineData("query Q {\n ...F } fragment F on Query { ...F }", "Cannot spread fragment 'F' within itself.")]
    [InlineData("", "line 1: ")]
    public async Task A_file_that_does_not_fit_stops_the_start_with_its_name_and_line(string text, string message)
    {
        _folder.Add("fits.graphql", "{ echo }");
        _folder.Add("wrong.graphql", text);
        var error = await Assert.ThrowsAsync<SettingsException>(() => SettingsServer.StartAsync((Folder, _folder.Path)));
        Assert.StartsWith(Path.Combine(_folder.Path, "wrong.graphql") + ", ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "Correct the file for this version of the schema, or remove it; 'analytics-gql schema export' prints the schema.",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_and_a_folder_that_is_none_stop_the_start()
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder.Path, "latin.graphql"), [.. "{ echo(text: \""u8, 0xe9, .. "\") }"u8]);
        var bytes = await Assert.ThrowsAsync<SettingsException>(() => SettingsServer.StartAsync((Folder, _folder.Path)));
        Assert.Contains("latin.graphql: byte 14 is not UTF-8. Save the file as UTF-8.", bytes.Message, StringComparison.Ordinal);
        var none = await Assert.ThrowsAsync<SettingsException>(() => SettingsServer.StartAsync((Folder, _folder.Path + "-not")));
        Assert.Equal(
            $"Analytics:Documents:Folder is '{_folder.Path}-not', which is no folder. Name one with *.graphql files, or remove the setting.",
            none.Message);
    }
}

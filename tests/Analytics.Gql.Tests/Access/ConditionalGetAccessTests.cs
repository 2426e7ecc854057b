// A tag is of use to its viewer alone, and tells nobody anything about others.
using System.Net.Http.Headers;
using Analytics.Gql.Tests.Http;

namespace Analytics.Gql.Tests.Access;

public sealed class ConditionalGetAccessTests(AccessFixture server) : IClassFixture<AccessFixture>
{
    private const string Query = "query ($id: ID!) { user(id: $id) { displayName freshness { isStale } } }";

    [Fact]
    public async Task Another_viewer_and_other_scopes_have_other_tags_and_no_right_means_no_304()
    {
        var (_, ada) = await GetAsync(Tokens.Of(server.Ada, "analytics:read"));
        Assert.Equal(304, (await GetAsync(Tokens.Of(server.Ada, "analytics:read"), ada)).Status);
        Assert.Equal(200, (await GetAsync(Tokens.Of(server.Ada, "analytics:read analytics:refresh"), ada)).Status);
        Assert.Equal(200, (await GetAsync(Tokens.Of("coach@clients", "analytics:read:any"), ada)).Status);
        Assert.Equal((200, null), await GetAsync(Tokens.Of(server.Grace, "analytics:read"), ada)); // FORBIDDEN, and no tag
        Assert.Equal(401, (await GetAsync(null, ada)).Status);
    }

    [Fact]
    public async Task Not_modified_data_of_others_is_audited_like_any()
    {
        var token = Tokens.Of("trainer@clients", "analytics:read:any");
        var (_, tag) = await GetAsync(token);
        Assert.Equal(304, (await GetAsync(token, tag)).Status);
        Assert.Equal(2, server.Log.Entries.Count(
            entry => entry.Text.StartsWith("Audit: trainer@clients read the data of 1 others", StringComparison.Ordinal)));
    }

    private async Task<(int Status, EntityTagHeaderValue? Tag)> GetAsync(string? token, EntityTagHeaderValue? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, ConditionalGetFixture.Address(Query, new { id = server.Ada }));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (tag is not null) request.Headers.IfNoneMatch.Add(tag);
        using var response = await server.Http.SendAsync(request);
        return ((int)response.StatusCode, response.Headers.ETag);
    }
}

// What a scope allowed is written down: who read whose data, who asked for which refresh, under which trace id.
namespace Analytics.Gql.Tests.Access;

public sealed class AuditTests(AccessFixture server) : IClassFixture<AccessFixture>
{
    [Fact]
    public async Task Reading_others_and_mutations_are_in_the_log_and_reading_ones_own_is_not()
    {
        var read = new { query = "query ($ids: [ID!]!) { users(ids: $ids) { displayName } }", variables = new { ids = new[] { server.Ada, server.Grace } } };
        await server.AskAsync(Tokens.Of(server.Ada, "analytics:read"), new { query = "query ($id: ID!) { user(id: $id) { id } }", variables = new { id = server.Ada } });
        Assert.Empty(Audit());

        await server.AskAsync(Tokens.Of("coach@clients", "analytics:read:any"), read);
        await server.AskAsync(Tokens.Of(server.Ada, "analytics:read analytics:read:any"), read);
        await server.AskAsync(Tokens.Of("coach@clients", "analytics:refresh"), new
        {
            query = "mutation ($id: ID!) { enqueueRefresh(input: {userId: $id}) { enqueued } }",
            variables = new { id = server.Grace },
        });
        var audit = Audit();
        Assert.Equal(3, audit.Count);
        Assert.Contains("coach@clients read the data of 2 others", audit[0], StringComparison.Ordinal);
        Assert.Contains($"{server.Ada} read the data of 1 others ({server.Grace})", audit[1], StringComparison.Ordinal);
        Assert.Contains($"coach@clients did enqueueRefresh for {server.Grace}; trace id ", audit[2], StringComparison.Ordinal);
    }

    private List<string> Audit() =>
        [.. server.Log.Entries.Select(entry => entry.Text).Where(text => text.StartsWith("Audit: ", StringComparison.Ordinal))];

    [Fact]
    public async Task The_schema_is_shown_to_whoever_has_come_in_and_health_to_everyone()
    {
        using var refused = await server.Http.GetAsync(new Uri("/graphql/schema.graphql", UriKind.Relative));
        Assert.Equal(401, (int)refused.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/graphql/schema.graphql");
        request.Headers.Authorization = new("Bearer", Tokens.Of(server.Ada, "analytics:read"));
        using var shown = await server.Http.SendAsync(request);
        Assert.Contains("type Query", await shown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("Healthy", await server.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative)), StringComparison.Ordinal);
    }
}

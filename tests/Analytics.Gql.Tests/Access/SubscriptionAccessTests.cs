// Who may listen: the token of each connection, whose data, and that a connection ends with its token.
using System.Net.Http.Json;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Gql.Tests.Http.Streaming;

namespace Analytics.Gql.Tests.Access;

public sealed class SubscriptionAccessTests(AccessFixture server) : IClassFixture<AccessFixture>
{
    private const string Refreshed = "subscription ($id: ID!) { aggregatesRefreshed(userId: $id) { userId } }";

    [Theory]
    [InlineData("analytics:read", true, null)]
    [InlineData("analytics:read", false, "FORBIDDEN")]
    [InlineData("analytics:read:any", false, null)]
    [InlineData("analytics:refresh", true, "FORBIDDEN")]
    public async Task An_event_stream_is_for_whoever_may_read_the_user(string scope, bool own, string? code)
    {
        var (user, session) = own ? (server.Ada, server.AdasSession) : (server.Grace, server.GracesSession);
        using var stream = await StreamAsync(Tokens.Of(server.Ada, scope), user);
        Assert.Equal(200, (int)stream.Response.StatusCode);
        if (code is null)
            await ChangeAsync(session);
        var heard = (await stream.NextAsync())!;
        Assert.Equal(code ?? "none", heard.Json.Codes());
        if (code is null)
            Assert.Equal(user, heard.Json.GetProperty("data").GetProperty("aggregatesRefreshed").GetProperty("userId").GetGuid());
        else
            Assert.Equal("complete", (await stream.NextAsync())!.Name);
    }

    [Fact]
    public async Task Listening_to_another_is_in_the_audit_log_when_the_client_has_the_headers_and_not_at_the_end()
    {
        using var stream = await StreamAsync(Tokens.Of("listener@clients", "analytics:read:any"), server.Grace);
        Assert.Single(server.Log.Entries, entry => entry.Text.StartsWith(
            $"Audit: listener@clients read the data of 1 others ({server.Grace})", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_event_stream_without_a_valid_token_is_refused_before_it_begins()
    {
        foreach (var token in new[] { null, Tokens.Unsigned(Tokens.Of(server.Ada, "analytics:read")) })
        {
            using var stream = await StreamAsync(token, server.Ada);
            Assert.Equal(401, (int)stream.Response.StatusCode);
            Assert.StartsWith("Bearer", stream.Response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            Assert.Contains("UNAUTHENTICATED", await stream.LineAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_socket_takes_the_token_of_its_connection_init()
    {
        using var socket = await SocketAsync(Tokens.Of(server.Ada, "analytics:read"));
        Assert.Equal("connection_ack", (await socket.NextAsync()).GetProperty("type").GetString());
        await socket.SubscribeAsync("other", Refreshed, new { id = server.Grace });
        var refused = await socket.NextAsync();
        Assert.Equal(("error", "other"), (refused.GetProperty("type").GetString(), refused.GetProperty("id").GetString()));
        Assert.Contains("FORBIDDEN", refused.GetRawText(), StringComparison.Ordinal);
        await socket.SubscribeAsync("query", "query ($id: ID!) { user(id: $id) { id } }", new { id = server.Ada });
        Assert.Contains(server.Ada.ToString(), (await socket.NextAsync()).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_without_a_valid_token_is_closed_with_4403()
    {
        foreach (var (token, reason) in new[]
                 {
                     (null, "The request has no bearer token. Send the header 'Authorization: Bearer …'."),
                     (Tokens.Of(server.Ada, "analytics:read", validFromS: -7200, validToS: -3600), "The token has expired. Sign in again."),
                 })
        {
            using var socket = await SocketAsync(token);
            Assert.Equal((4403, reason), await socket.ClosedAsync());
        }
    }

    [Fact]
    public async Task A_connection_ends_with_its_token()
    {
        var token = Tokens.Of(server.Ada, "analytics:read", validToS: 2);
        using var socket = await SocketAsync(token);
        using var stream = await StreamAsync(token, server.Ada);
        Assert.Equal(4403, (await socket.ClosedAsync()).Code);
        // What the test before this one changed may still be told first.
        var last = await stream.NextAsync();
        while (last is { Name: "next" })
            last = await stream.NextAsync();
        Assert.Equal("complete", last!.Name);
    }

    private async Task ChangeAsync(Guid session)
    {
        await server.Database.ExecuteAsync(
            "update core.sessions set distance_m = coalesce(distance_m, 0) + 1 where session_id = @session", new { session });
        await server.Workouts.DrainAsync();
    }

    private async Task<EventStream> StreamAsync(string? token, Guid id)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = JsonContent.Create(new { query = Refreshed, variables = new { id } }),
        };
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        return await EventStream.OpenAsync(server.Http, request);
    }

    private async Task<GraphQLSocket> SocketAsync(string? token)
    {
        var socket = await GraphQLSocket.OpenAsync(server.Http);
        await socket.SendAsync(new { type = "connection_init", payload = token is null ? null : new { Authorization = $"Bearer {token}" } });
        return socket;
    }
}

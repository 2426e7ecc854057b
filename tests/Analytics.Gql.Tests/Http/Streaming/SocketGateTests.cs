// The bounds of requests hold for the operations of a socket too: how often, how many at once, how long.
using System.Text.Json;

namespace Analytics.Gql.Tests.Http.Streaming;

public sealed class SocketGateTests
{
    [Fact]
    public async Task Operations_and_requests_of_a_client_are_counted_together()
    {
        // The upgrade is the first of them.
        await using var server = await SettingsServer.StartAsync(("Analytics:Limits:RequestsPerMinutePerClient", "3"));
        using var socket = await GraphQLSocket.ReadyAsync(server.Client);
        await AnsweredAsync(socket, "1");
        await AnsweredAsync(socket, "2");
        var refused = await AskedAsync(socket, "3", "{ echo }");
        AssertRefused(refused, "3", "RATE_LIMITED", "This client sent more than 3 requests in a minute. Try again in ");
        using var request = await server.PostAsync(new { query = "{ echo }" });
        Assert.Equal(429, (int)request.StatusCode);
        await socket.SendAsync(new { type = "ping" });
        Assert.Equal("""{"type":"pong"}""", (await socket.NextAsync()).GetRawText());
    }

    [Fact]
    public async Task An_operation_that_takes_too_long_is_cancelled_and_told_so_and_gives_its_place_back()
    {
        await using var server = await SettingsServer.StartAsync(
            ("Analytics:Limits:MaxConcurrentRequests", "1"), ("Analytics:Limits:RequestTimeoutS", "5"));
        using var socket = await GraphQLSocket.ReadyAsync(server.Client);
        await socket.SubscribeAsync("1", "{ hang }");
        await server.Sample.Entered.Task;
        server.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(server.Sample.Cancelled.Task.IsCompleted);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        AssertRefused(await socket.NextAsync(), "1", "TIMEOUT", "The request took longer than 5 s.");
        await AnsweredAsync(socket, "1");
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task Past_those_at_once_one_waits_and_past_the_queue_one_is_refused()
    {
        await using var server = await SettingsServer.StartAsync(
            ("Analytics:Limits:MaxConcurrentRequests", "1"), ("Analytics:Limits:MaxQueuedRequests", "1"));
        using var socket = await GraphQLSocket.ReadyAsync(server.Client);
        await socket.SubscribeAsync("hangs", "{ hang }");
        await server.Sample.Entered.Task;
        await socket.SubscribeAsync("a", "{ echo }");
        var refused = await AskedAsync(socket, "b", "{ echo }");
        var waits = refused.GetProperty("id").GetString() == "a" ? "b" : "a";
        AssertRefused(refused, waits == "a" ? "b" : "a", "UNAVAILABLE", "The server works on 1 requests and 1 wait;");
        await socket.SendAsync(new { id = "hangs", type = "complete" });
        Assert.Equal((waits, "next"), Kind(await socket.NextAsync()));
        Assert.Equal((waits, "complete"), Kind(await socket.NextAsync()));
    }

    private static async Task AnsweredAsync(GraphQLSocket socket, string id)
    {
        Assert.Equal((id, "next"), Kind(await AskedAsync(socket, id, "{ echo }")));
        Assert.Equal((id, "complete"), Kind(await socket.NextAsync()));
    }

    private static async Task<JsonElement> AskedAsync(GraphQLSocket socket, string id, string query)
    {
        await socket.SubscribeAsync(id, query);
        return await socket.NextAsync();
    }

    private static (string?, string?) Kind(JsonElement message) =>
        (message.GetProperty("id").GetString(), message.GetProperty("type").GetString());

    private static void AssertRefused(JsonElement message, string id, string code, string text)
    {
        Assert.Equal((id, "error"), Kind(message));
        var error = message.GetProperty("payload")[0];
        Assert.Equal(code, error.GetProperty("extensions").GetProperty("code").GetString());
        Assert.StartsWith(text, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}

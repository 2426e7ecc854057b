// Subscriptions, and anything else, over graphql-transport-ws; and how a socket ends.
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;

namespace Analytics.Gql.Tests.Http.Streaming;

public sealed class SocketTests(StreamingFixture server) : IClassFixture<StreamingFixture>
{
    [Fact]
    public async Task A_change_reaches_its_subscriber_within_a_second_of_the_drain()
    {
        var (user, session) = await server.AthleteAsync();
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        await SubscribeAsync(socket, "1", user);
        await server.ChangeAsync(session);
        var drained = Stopwatch.StartNew();
        var message = await socket.NextAsync();
        Assert.True(drained.Elapsed < TimeSpan.FromSeconds(1), $"It took {drained.Elapsed}.");
        Assert.Equal(("1", "next"), (message.GetProperty("id").GetString(), message.GetProperty("type").GetString()));
        Assert.Equal(user, message.GetProperty("payload").GetProperty("data").GetProperty("aggregatesRefreshed").GetProperty("userId").GetGuid());
    }

    [Fact]
    public async Task A_drain_of_whichever_node_reaches_the_subscribers_of_each()
    {
        var (user, session) = await server.AthleteAsync();
        await using var second = AnalyticsServer.Build(
        [
            "--environment=Development", "--urls=http://127.0.0.1:0", "--Analytics:Auth:Mode=Open",
            $"--ConnectionStrings:Analytics={server.Database.RefresherConnectionString}", "--Logging:LogLevel:Default=Critical",
        ]);
        await second.StartAsync();
        using var secondHttp = new HttpClient { BaseAddress = new Uri(second.Urls.Single()) };
        using var here = await GraphQLSocket.ReadyAsync(server.Http);
        using var there = await GraphQLSocket.ReadyAsync(secondHttp);
        await SubscribeAsync(here, "1", user);
        await SubscribeAsync(there, "1", user);
        // Nothing says when a socket's subscription has begun: one that hears has.
        var heard = Task.WhenAll(here.NextAsync(), there.NextAsync());
        while (await Task.WhenAny(heard, Task.Delay(TimeSpan.FromMilliseconds(200))) != heard)
            await server.ChangeAsync(session);
        await heard;
        await server.ChangeAsync(session);
        var drained = Stopwatch.StartNew();
        var number = (await server.NumbersAsync(user))[^1];
        foreach (var socket in new[] { here, there })
            while (EventId(await socket.NextAsync()) < number)
            {
            }
        Assert.True(drained.Elapsed < TimeSpan.FromSeconds(1), $"It took {drained.Elapsed}.");
        await second.StopAsync();
    }

    [Fact]
    public async Task Several_subscriptions_share_a_socket_and_each_hears_its_own()
    {
        var (first, firstSession) = await server.AthleteAsync();
        var (second, secondSession) = await server.AthleteAsync();
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        await SubscribeAsync(socket, "one", first);
        await SubscribeAsync(socket, "two", second);
        await server.ChangeAsync(secondSession);
        Assert.Equal("two", (await socket.NextAsync()).GetProperty("id").GetString());
        await server.ChangeAsync(firstSession);
        Assert.Equal("one", (await socket.NextAsync()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task What_the_client_completes_is_silent_afterwards_and_its_id_is_free()
    {
        var (user, session) = await server.AthleteAsync();
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        await SubscribeAsync(socket, "1", user);
        await socket.SendAsync(new { id = "1", type = "complete" });
        await server.ChangeAsync(session);
        await socket.SubscribeAsync("1", "{ __typename }");
        Assert.Equal("""{"id":"1","type":"next","payload":{"data":{"__typename":"Query"}}}""", (await socket.NextAsync()).GetRawText());
        Assert.Equal("""{"id":"1","type":"complete"}""", (await socket.NextAsync()).GetRawText());
    }

    [Fact]
    public async Task Who_comes_back_with_the_last_event_id_gets_what_was_missed()
    {
        var (user, session) = await server.AthleteAsync();
        await server.ChangeAsync(session);
        await server.ChangeAsync(session);
        var numbers = await server.NumbersAsync(user);
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        await socket.SubscribeAsync("1", StreamingFixture.Refreshed, new { userId = user }, $"{numbers[^2]}");
        var heard = (await socket.NextAsync()).GetProperty("payload").GetProperty("extensions").GetProperty("eventId");
        Assert.Equal($"{numbers[^1]}", heard.GetString());
    }

    [Fact]
    public async Task A_refused_operation_is_an_error_message_and_the_socket_stays()
    {
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        await socket.SubscribeAsync("1", "{ nothing }");
        var error = await socket.NextAsync();
        Assert.Equal(("1", "error"), (error.GetProperty("id").GetString(), error.GetProperty("type").GetString()));
        Assert.Equal("GRAPHQL_VALIDATION_FAILED", error.GetProperty("payload")[0].GetProperty("extensions").GetProperty("code").GetString());
        await socket.SendAsync(new { type = "ping" });
        Assert.Equal("""{"type":"pong"}""", (await socket.NextAsync()).GetRawText());
    }

    [Fact]
    public async Task Operations_up_to_the_bound_run_and_one_past_it_is_refused()
    {
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        for (var i = 0; i < StreamingFixture.MaxOperations; i++)
            await SubscribeAsync(socket, $"{i}", Guid.NewGuid());
        await socket.SubscribeAsync("past", "{ __typename }");
        var error = await socket.NextAsync();
        Assert.Equal(("past", "error"), (error.GetProperty("id").GetString(), error.GetProperty("type").GetString()));
        await socket.SendAsync(new { id = "0", type = "complete" });
        await socket.SubscribeAsync("past", "{ __typename }");
        Assert.Equal("next", (await socket.NextAsync()).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"id":"1"}""")]
    [InlineData("""{"type":"start"}""")]
    [InlineData("""{"type":"subscribe","payload":{"query":"{ __typename }"}}""")]
    [InlineData("""{"type":"subscribe","id":"1","payload":{}}""")]
    [InlineData("""{"type":"subscribe","id":"1"}""")]
    public async Task What_is_no_message_of_the_protocol_closes_with_4400(string text)
    {
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        await socket.SendTextAsync(text);
        var (code, reason) = await socket.ClosedAsync();
        Assert.Equal(4400, code);
        Assert.StartsWith("Invalid message", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binary_closes_with_4400()
    {
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        await socket.SendBytesAsync([1, 2, 3], WebSocketMessageType.Binary);
        Assert.Equal(4400, (await socket.ClosedAsync()).Code);
    }

    [Fact]
    public async Task Subscribing_before_the_acknowledgement_closes_with_4401()
    {
        using var socket = await GraphQLSocket.OpenAsync(server.Http);
        await socket.SubscribeAsync("1", "{ __typename }");
        Assert.Equal((4401, "Unauthorized"), await socket.ClosedAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("graphql-ws")]
    public async Task Another_subprotocol_closes_with_4406(string? subprotocol)
    {
        using var socket = await GraphQLSocket.OpenAsync(server.Http, subprotocol);
        Assert.Equal((4406, "Subprotocol not acceptable"), await socket.ClosedAsync());
    }

    [Fact]
    public async Task An_id_that_is_taken_closes_with_4409()
    {
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        await SubscribeAsync(socket, "1", Guid.NewGuid());
        await SubscribeAsync(socket, "1", Guid.NewGuid());
        Assert.Equal((4409, "Subscriber for 1 already exists"), await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_second_initialisation_closes_with_4429()
    {
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        await socket.SendAsync(new { type = "connection_init" });
        Assert.Equal((4429, "Too many initialisation requests"), await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_message_of_the_most_bytes_is_read_and_one_byte_more_closes_with_1009()
    {
        const int most = 4_000;
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        await socket.SendTextAsync("""{"type":"ping"}""".PadRight(most));
        Assert.Equal("pong", (await socket.NextAsync()).GetProperty("type").GetString());
        await socket.SendTextAsync("""{"type":"ping"}""".PadRight(most + 1));
        Assert.Equal(1009, (await socket.ClosedAsync()).Code);
    }

    [Fact]
    public async Task The_client_closes_and_gets_its_own_code_back()
    {
        using var socket = await GraphQLSocket.ReadyAsync(server.Http);
        await socket.CloseAsync();
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Theory]
    [InlineData("https://evil.example.org", false)]
    [InlineData("null", false)]
    [InlineData("https://app.example.org", true)]
    [InlineData("same", true)]
    public async Task A_page_of_another_origin_may_open_a_socket_only_where_the_settings_say_so(string origin, bool may)
    {
        var given = origin == "same" ? server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority) : origin;
        if (may)
        {
            using var socket = await GraphQLSocket.ReadyAsync(server.Http, given);
            return;
        }
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => GraphQLSocket.OpenAsync(server.Http, origin: given));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    // A subscription answers nothing when it begins: what was sent after it and is answered says that it was read.
    private static long EventId(JsonElement message) => long.Parse(
        message.GetProperty("payload").GetProperty("extensions").GetProperty("eventId").GetString()!, CultureInfo.InvariantCulture);

    private static Task SubscribeAsync(GraphQLSocket socket, string id, Guid user) =>
        socket.SubscribeAsync(id, StreamingFixture.Refreshed, new { userId = user });
}

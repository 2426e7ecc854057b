// Subscriptions, and anything else, over server-sent events.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Http.Streaming;

public sealed class EventStreamTests(StreamingFixture server) : IClassFixture<StreamingFixture>
{
    [Fact]
    public async Task A_change_reaches_its_subscriber_within_a_second_of_the_drain()
    {
        var (user, session) = await server.AthleteAsync();
        using var stream = await SubscribeAsync(user);
        Assert.Equal("text/event-stream; charset=utf-8", stream.Response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-cache", stream.Response.Headers.CacheControl!.ToString());
        Assert.Equal("no", stream.Response.Headers.GetValues("X-Accel-Buffering").Single());
        await server.ChangeAsync(session);
        var drained = Stopwatch.StartNew();
        var heard = (await stream.NextAsync())!;
        Assert.True(drained.Elapsed < TimeSpan.FromSeconds(1), $"It took {drained.Elapsed}.");
        var data = heard.Json.GetProperty("data").GetProperty("aggregatesRefreshed");
        Assert.Equal(user, data.GetProperty("userId").GetGuid());
        Assert.Equal("""["2026-03-02"]""", data.GetProperty("weeks").GetRawText());
        Assert.Equal($"""["{session}"]""", data.GetProperty("sessionIds").GetRawText());
        Assert.Equal(("next", (await server.NumbersAsync(user))[^1].ToString(CultureInfo.InvariantCulture)), (heard.Name, heard.Id));
        Assert.Equal(heard.Id, heard.Json.GetProperty("extensions").GetProperty("eventId").GetString());
    }

    [Fact]
    public async Task A_subscriber_hears_of_nobody_else()
    {
        var (quiet, own) = await server.AthleteAsync();
        var (_, session) = await server.AthleteAsync();
        using var stream = await SubscribeAsync(quiet);
        await server.ChangeAsync(session);
        await server.ChangeAsync(own);
        var first = (await stream.NextAsync())!.Json.GetProperty("data").GetProperty("aggregatesRefreshed");
        Assert.Equal(quiet, first.GetProperty("userId").GetGuid());
    }

    [Fact]
    public async Task Who_comes_back_with_the_last_event_id_gets_exactly_what_was_missed_and_then_what_comes()
    {
        var (user, session) = await server.AthleteAsync();
        string last;
        using (var before = await SubscribeAsync(user))
        {
            await server.ChangeAsync(session);
            last = (await before.NextAsync())!.Id!;
        }
        await server.ChangeAsync(session);
        await server.ChangeAsync(session);
        using var after = await SubscribeAsync(user, last);
        await server.ChangeAsync(session);
        var numbers = (await server.NumbersAsync(user)).Where(number => number > long.Parse(last, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(3, numbers.Count);
        foreach (var number in numbers)
            Assert.Equal(number.ToString(CultureInfo.InvariantCulture), (await after.NextAsync())!.Id);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("999999999")]
    public async Task Who_comes_back_from_before_what_is_kept_or_from_another_database_is_told_to_read_everything(string lastEventId)
    {
        var (user, session) = await server.AthleteAsync();
        await server.Database.ExecuteAsync("delete from analytics.refresh_events where drain_number = 1");
        using var stream = await SubscribeAsync(user, lastEventId);
        var all = (await stream.NextAsync())!.Json.GetProperty("data").GetProperty("aggregatesRefreshed");
        Assert.Equal(("[]", "[]"), (all.GetProperty("weeks").GetRawText(), all.GetProperty("sessionIds").GetRawText()));
        await server.ChangeAsync(session);
        var next = (await stream.NextAsync())!.Json.GetProperty("data").GetProperty("aggregatesRefreshed");
        Assert.Equal(1, next.GetProperty("weeks").GetArrayLength());
    }

    [Fact]
    public async Task The_listening_connection_may_die_and_nothing_is_lost()
    {
        var (user, session) = await server.AthleteAsync();
        using var stream = await SubscribeAsync(user);
        await server.Database.ExecuteAsync("""
            select pg_terminate_backend(a.pid) from pg_stat_activity as a
            where a.application_name = 'analytics-gql listener' and a.datname = current_database()
            """);
        await server.ChangeAsync(session);
        var data = (await stream.NextAsync())!.Json.GetProperty("data").GetProperty("aggregatesRefreshed");
        Assert.Equal($"""["{session}"]""", data.GetProperty("sessionIds").GetRawText());
    }

    [Fact]
    public async Task A_query_gives_one_result_and_completes()
    {
        using var stream = await EventStream.OpenAsync(server.Http, "{ __typename }");
        Assert.Equal(new ServerSentEvent(null, "next", """{"data":{"__typename":"Query"}}"""), await stream.NextAsync());
        Assert.Equal(new ServerSentEvent(null, "complete", ""), await stream.NextAsync());
        Assert.Null(await stream.NextAsync());
    }

    [Fact]
    public async Task A_get_subscribes_too()
    {
        var (user, session) = await server.AthleteAsync();
        var query = Uri.EscapeDataString($"subscription {{ aggregatesRefreshed(userId: \"{user}\") {{ weeks }} }}");
        using var stream = await EventStream.OpenAsync(server.Http, new HttpRequestMessage(HttpMethod.Get, $"/graphql?query={query}"));
        await server.ChangeAsync(session);
        Assert.Equal("""{"aggregatesRefreshed":{"weeks":["2026-03-02"]}}""", (await stream.NextAsync())!.Json.Data());
    }

    [Theory]
    [InlineData("{ nothing }", "GRAPHQL_VALIDATION_FAILED")]
    [InlineData("{", "GRAPHQL_PARSE_FAILED")]
    [InlineData("subscription { aggregatesRefreshed(userId: \"x\") { weeks } }", "BAD_USER_INPUT")]
    [InlineData("subscription { a: aggregatesRefreshed(userId: \"ada00000-0000-4000-8000-000000000001\") { weeks } b: aggregatesRefreshed(userId: \"ada00000-0000-4000-8000-000000000001\") { weeks } }", "GRAPHQL_VALIDATION_FAILED")]
    public async Task What_is_wrong_with_an_operation_comes_as_a_result(string query, string code)
    {
        using var stream = await EventStream.OpenAsync(server.Http, query);
        Assert.Equal(HttpStatusCode.OK, stream.Response.StatusCode);
        var answer = (await stream.NextAsync())!.Json;
        Assert.Equal(code, answer.Code());
        Assert.False(answer.TryGetProperty("data", out _));
        Assert.Equal("complete", (await stream.NextAsync())!.Name);
    }

    [Fact]
    public async Task A_last_event_id_that_is_no_number_is_refused()
    {
        using var stream = await SubscribeAsync(Guid.NewGuid(), "yesterday");
        Assert.Equal("BAD_USER_INPUT", (await stream.NextAsync())!.Json.Code());
    }

    [Fact]
    public async Task What_is_no_graphql_request_is_refused_with_a_status()
    {
        using var stream = await EventStream.OpenAsync(
            server.Http, new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent("{}") });
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, stream.Response.StatusCode);
        using var batch = await EventStream.OpenAsync(server.Http, new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = new StringContent("""[{"query":"{ __typename }"}]""", System.Text.Encoding.UTF8, "application/json"),
        });
        Assert.Equal(HttpStatusCode.BadRequest, batch.Response.StatusCode);
    }

    [Fact]
    public async Task A_subscription_without_a_stream_is_told_how_to_ask()
    {
        var answer = await server.AskAsync(StreamingFixture.Refreshed, new { userId = Guid.NewGuid() });
        Assert.Equal("GRAPHQL_VALIDATION_FAILED", answer.Code());
        Assert.Contains("text/event-stream", answer.Message(), StringComparison.Ordinal);
    }

    private Task<EventStream> SubscribeAsync(Guid user, string? lastEventId = null) =>
        EventStream.OpenAsync(server.Http, StreamingFixture.Refreshed, new { userId = user }, lastEventId);
}

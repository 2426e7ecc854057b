// How often, how many at once, how long: accepted at the bound, refused past it, with the time to wait.
using System.Net;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Http;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Tests.Http;

public sealed class RequestGateTests
{
    private static readonly object _echo = new { query = "{ echo }" };
    private static readonly object _hang = new { query = "{ hang }" };

    [Fact]
    public async Task Requests_of_a_client_up_to_the_bound_are_answered_and_one_more_refused_until_it_waited()
    {
        await using var server = await SettingsServer.StartAsync(("Analytics:Limits:RequestsPerMinutePerClient", "3"));
        for (var n = 0; n < 3; n++)
        {
            using var accepted = await server.PostAsync(_echo);
            Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        }
        using var refused = await server.PostAsync(_echo);
        await GraphQLOverHttpTests.AssertErrorAsync(
            refused, 429, "RATE_LIMITED", "This client sent more than 3 requests in a minute. Try again in ");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        for (var n = 0; n < 5; n++)
        {
            using var health = await server.Client.GetAsync(new Uri("/health/live", UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        }
    }

    [Fact]
    public async Task Each_user_has_a_count_of_their_own()
    {
        await using var server = await SettingsServer.StartAsync(("Analytics:Limits:RequestsPerMinutePerClient", "1"));
        foreach (var (user, status) in new[] { ("ada", 200), ("grace", 200), ("ada", 429) })
        {
            server.Client.DefaultRequestHeaders.Remove(SettingsServer.UserHeader);
            server.Client.DefaultRequestHeaders.Add(SettingsServer.UserHeader, user);
            using var response = await server.PostAsync(_echo);
            Assert.Equal((user, status), (user, (int)response.StatusCode));
        }
    }

    [Theory]
    [InlineData("192.0.2.1", "address 192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "address 192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "net 2001:db8:1:2::")]
    [InlineData(null, "unknown")]
    public void A_client_without_a_user_is_its_address_or_its_network(string? address, string client)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        Assert.Equal(client, RequestGate.ClientOf(http));
    }

    [Fact]
    public async Task Without_the_setting_no_one_is_counted()
    {
        Assert.Equal(0, new LimitOptions().RequestsPerMinutePerClient);
        await using var server = await SettingsServer.StartAsync();
        for (var n = 0; n < 200; n++)
        {
            using var response = await server.PostAsync(_echo);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Past_those_at_once_one_waits_and_past_the_queue_one_is_refused()
    {
        await using var server = await SettingsServer.StartAsync(
            ("Analytics:Limits:MaxConcurrentRequests", "1"), ("Analytics:Limits:MaxQueuedRequests", "1"));
        using var client = new CancellationTokenSource();
        using var content = new StringContent("{\"query\": \"{ hang }\"}", System.Text.Encoding.UTF8, "application/json");
        var hanging = server.Client.PostAsync(new Uri("/graphql", UriKind.Relative), content, client.Token);
        await server.Sample.Entered.Task;
        List<Task<HttpResponseMessage>> two = [server.PostAsync(_echo), server.PostAsync(_echo)];
        var first = await Task.WhenAny(two);
        using (var refused = await first)
        {
            await GraphQLOverHttpTests.AssertErrorAsync(
                refused, 503, "UNAVAILABLE", "The server works on 1 requests and 1 wait; there is no room for more. Try again in a second.");
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        }
        using (var health = await server.Client.GetAsync(new Uri("/health/live", UriKind.Relative)))
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        using var waited = await two.Single(task => task != first);
        Assert.Equal(HttpStatusCode.OK, waited.StatusCode);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_cancelled_and_told_so()
    {
        await using var server = await SettingsServer.StartAsync();
        var hanging = server.PostAsync(_hang, "application/graphql-response+json");
        await server.Sample.Entered.Task;
        server.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(server.Sample.Cancelled.Task.IsCompleted);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await server.Sample.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        using var response = await hanging;
        await GraphQLOverHttpTests.AssertErrorAsync(
            response, 504, "TIMEOUT", "The request took longer than 30 s. Ask for less, or in several requests.");
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task A_request_that_took_too_long_gives_its_place_back()
    {
        await using var server = await SettingsServer.StartAsync(
            ("Analytics:Limits:MaxConcurrentRequests", "1"), ("Analytics:Limits:RequestTimeoutS", "5"));
        var hanging = server.PostAsync(_hang);
        await server.Sample.Entered.Task;
        server.Clock.Advance(TimeSpan.FromSeconds(5));
        using var response = await hanging;
        Assert.Equal("TIMEOUT", (await response.JsonAsync()).Code());
        // The place is free again.
        using var next = await server.PostAsync(_echo);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Theory]
    [InlineData("RequestTimeoutS", "0", "between 1 and 3600")]
    [InlineData("RequestsPerMinutePerClient", "-1", "between 0 and 1000000")]
    [InlineData("MaxConcurrentRequests", "0", "between 1 and 100000")]
    [InlineData("MaxQueuedRequests", "-1", "between 0 and 100000")]
    [InlineData("MaxDirectives", "-1", "between 0 and 10000")]
    public async Task A_bound_out_of_its_range_is_named_at_start(string name, string value, string range)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => SettingsServer.StartAsync(($"Analytics:Limits:{name}", value)));
        Assert.StartsWith($"Analytics:Limits:{name} is {value}; it must be {range}.", error.Message, StringComparison.Ordinal);
    }
}

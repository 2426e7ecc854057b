// Connections that wait: signs of life, time-outs, bounds, and the end of the server. The clock is the test's.
using Analytics.Gql.Refresh;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Analytics.Gql.Tests.Http.Streaming;

public sealed class StoppedClockFixture : ServerFixture
{
    public const int MaxConnections = 3;

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    protected override IReadOnlyList<string> Settings => [$"--Analytics:Subscriptions:MaxConnectionsPerUser={MaxConnections}"];

    protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(Clock);

    /// <summary>Lets time pass until the task ends: what waits for the clock may begin to wait a moment later than we
    /// look.</summary>
    public async Task<T> PassUntilAsync<T>(Task<T> task)
    {
        for (var patience = 500; !task.IsCompleted && patience > 0; patience--)
        {
            Clock.Advance(TimeSpan.FromSeconds(2));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(20)));
        }
        Assert.True(task.IsCompleted, "It did not end in a thousand seconds.");
        return await task;
    }
}

public sealed class ConnectionTests(StoppedClockFixture fixture) : IClassFixture<StoppedClockFixture>
{
    private readonly object _nobody = new { userId = Guid.NewGuid() };

    [Fact]
    public async Task A_silent_event_stream_shows_signs_of_life()
    {
        using var stream = await EventStream.OpenAsync(fixture.Http, StreamingFixture.Refreshed, _nobody);
        Assert.Equal(":", await fixture.PassUntilAsync(stream.LineAsync()));
        Assert.Equal(":", await fixture.PassUntilAsync(stream.LineAsync()));
    }

    [Fact]
    public async Task A_silent_socket_is_pinged()
    {
        using var socket = await GraphQLSocket.ReadyAsync(fixture.Http);
        Assert.Equal("""{"type":"ping"}""", (await fixture.PassUntilAsync(socket.NextAsync())).GetRawText());
    }

    [Fact]
    public async Task A_socket_that_does_not_initialise_in_time_closes_with_4408()
    {
        using var socket = await GraphQLSocket.OpenAsync(fixture.Http);
        Assert.Equal((4408, "Connection initialisation timeout"), await fixture.PassUntilAsync(socket.ClosedAsync()));
    }

}

public sealed class ConnectionBoundTests(StoppedClockFixture fixture) : IClassFixture<StoppedClockFixture>
{
    private readonly object _nobody = new { userId = Guid.NewGuid() };

    [Fact]
    public async Task Connections_up_to_the_bound_are_let_in_and_one_past_it_is_not_until_one_leaves()
    {
        using var socket = await GraphQLSocket.ReadyAsync(fixture.Http);
        using var first = await EventStream.OpenAsync(fixture.Http, StreamingFixture.Refreshed, _nobody);
        using var second = await EventStream.OpenAsync(fixture.Http, StreamingFixture.Refreshed, _nobody);
        using (var past = await EventStream.OpenAsync(fixture.Http, StreamingFixture.Refreshed, _nobody))
            Assert.Equal(429, (int)past.Response.StatusCode);
        var refused = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => GraphQLSocket.OpenAsync(fixture.Http));
        Assert.Contains("429", refused.Message, StringComparison.Ordinal);
        await socket.CloseAsync();
        for (var patience = 200; ; patience--) // the server notes it after it has answered the close
        {
            using var again = await EventStream.OpenAsync(fixture.Http, "{ __typename }");
            if (again.Response.IsSuccessStatusCode) break;
            Assert.True(patience > 0);
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}

public sealed class EndingTests
{
    [Fact]
    public async Task A_client_that_leaves_is_unsubscribed_and_a_server_that_stops_says_so()
    {
        var fixture = new StoppedClockFixture();
        await fixture.InitializeAsync();
        try
        {
            var feed = fixture.Services.GetRequiredService<RefreshFeed>();
            using (await EventStream.OpenAsync(fixture.Http, StreamingFixture.Refreshed, new { userId = Guid.NewGuid() }))
                Assert.Equal(1, feed.Subscribers);
            for (var patience = 500; feed.Subscribers > 0; patience--)
            {
                Assert.True(patience > 0);
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }

            using var stream = await EventStream.OpenAsync(fixture.Http, StreamingFixture.Refreshed, new { userId = Guid.NewGuid() });
            using var socket = await GraphQLSocket.ReadyAsync(fixture.Http);
            var stopping = fixture.StopAsync();
            Assert.Equal((1001, "The server is stopping"), await socket.ClosedAsync());
            Assert.Equal("retry: 2000", await stream.LineAsync());
            Assert.Null(await stream.LineAsync()); // no 'complete', which would say that there is nothing to come back for
            await stopping;
        }
        finally
        {
            await fixture.DisposeAsync();
        }
    }
}

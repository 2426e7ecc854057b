// Batches, body limits and clients that go away, over a real socket.
using System.Net;
using System.Net.Sockets;
using System.Text;
using Analytics.Gql.Tests.Engine;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Http;

public sealed class SmallLimitsServer : SampleServer
{
    protected override Dictionary<string, string?> Settings => new()
    {
        ["Analytics:Limits:MaxOperationsPerBatch"] = "3",
        ["Analytics:Limits:MaxRequestBytes"] = "2000",
    };
}

public sealed class BatchAndBodyTests(SmallLimitsServer server) : IClassFixture<SmallLimitsServer>
{
    [Fact]
    public async Task A_batch_answers_in_order_each_operation_with_a_scope_of_its_own()
    {
        server.Sample.Fetches.Clear();
        var person = $"{{ person(id: \"{SampleIds.Id(1)}\") {{ name }} }}";
        using var response = await server.PostAsync(new[] { new { query = person }, new { query = "{ ech }" }, new { query = person } });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answers = await response.JsonAsync();
        Assert.Equal(3, answers.GetArrayLength());
        Assert.Equal("{\"person\":{\"name\":\"Person 1\"}}", answers[0].Data());
        Assert.Equal("GRAPHQL_VALIDATION_FAILED", answers[1].Code());
        Assert.Equal("{\"person\":{\"name\":\"Person 1\"}}", answers[2].Data());
        Assert.Equal([("person", 1), ("person", 1)], server.Sample.Fetches);
    }

    [Fact]
    public async Task A_batch_past_the_bound_is_refused_whole()
    {
        using var response = await server.PostAsync(Enumerable.Repeat(new { query = "{ echo }" }, 4));
        await GraphQLOverHttpTests.AssertErrorAsync(
            response, 400, "LIMIT_EXCEEDED", "The batch has 4 operations; at most 3. Send several batches.");
    }

    [Theory]
    [InlineData(2_000, false, 200)]
    [InlineData(2_001, false, 413)]
    [InlineData(2_000, true, 200)]
    [InlineData(2_001, true, 413)]
    [InlineData(5_000_000, true, 413)]
    public async Task A_body_up_to_the_bound_is_read_announced_or_in_chunks(int bytes, bool chunked, int status)
    {
        var body = Encoding.UTF8.GetBytes("{\"query\": \"{ echo }\"}".PadRight(bytes));
        using HttpContent content = chunked ? new StreamContent(new Unseekable(body)) : new ByteArrayContent(body);
        using var response = await server.SendAsync(HttpMethod.Post, "/graphql", content, contentType: "application/json");
        Assert.Equal(status, (int)response.StatusCode);
        if (status == 413)
            await GraphQLOverHttpTests.AssertErrorAsync(
                response, 413, "LIMIT_EXCEEDED", "The body is longer than 2000 bytes. Ask in several requests.");
    }

    [Fact]
    public async Task A_client_that_goes_away_cancels_its_operation_and_leaves_no_fault_in_the_log()
    {
        using var client = new CancellationTokenSource();
        using var content = new StringContent("{\"query\": \"{ hang }\"}", Encoding.UTF8, "application/json");
        var asking = server.Client.PostAsync(new Uri("/graphql", UriKind.Relative), content, client.Token);
        await server.Sample.Entered.Task;
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await server.Sample.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(server.Log.Entries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_ends_too_soon_is_no_fault_of_the_servers(bool withoutGoodbye)
    {
        // Whether the server has looked at the first part before the rest does not come is a race: many times, both happen.
        for (var attempt = 0; attempt < 50; attempt++)
            await SendHalfAsync(withoutGoodbye);
        using var whole = await server.PostAsync(new { query = "{ echo }" });
        Assert.Equal(200, (int)whole.StatusCode);
        Assert.Empty(server.Log.Entries);
    }

    private async Task SendHalfAsync(bool withoutGoodbye)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server.Client.BaseAddress!.Host, server.Client.BaseAddress.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"query\": "));
        await Task.Yield();
        if (withoutGoodbye)
        {
            client.LingerState = new LingerOption(true, 0);
            return;
        }
        client.Client.Shutdown(SocketShutdown.Send);
        // Whether the answer (400) still gets out is the server's and the network's race.
        await Record.ExceptionAsync(() => stream.CopyToAsync(Stream.Null).WaitAsync(TimeSpan.FromSeconds(10)));
    }

    // Without a length HttpClient sends chunks.
    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}

// A client that stops reading harms nobody: others hear what is theirs, and it is cut off when its time is up.
using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using Analytics.Gql.Tests.Engine;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Http.Streaming;

public sealed class BrieflyPatientServer : ServerFixture
{
    public const int SendTimeoutS = 8;

    protected override IReadOnlyList<string> Settings => [$"--Analytics:Subscriptions:SendTimeoutS={SendTimeoutS}"];
}

public sealed class DeafClientTests(BrieflyPatientServer server) : IClassFixture<BrieflyPatientServer>
{
    [Fact]
    public async Task Whoever_does_not_take_what_is_sent_is_cut_off_and_others_hear_at_once()
    {
        var user = await server.Workouts.UserAsync();
        var session = await server.Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await server.FreshAsync();
        using var listener = await GraphQLSocket.ReadyAsync(server.Http);
        await listener.SubscribeAsync(
            "1", "subscription ($id: ID!) { aggregatesRefreshed(userId: $id) { userId } }", new { id = user });
        await listener.SubscribeAsync("2", "{ __typename }");
        await listener.NextAsync();
        await listener.NextAsync();

        using var deaf = await DeafAsync();
        // More than the kernel keeps for a connection that is not read.
        for (var n = 0; n < 90; n++)
            await SendAsync(deaf, new { id = $"{n}", type = "subscribe", payload = new { query = Introspection.Standard } });

        var clock = Stopwatch.StartNew();
        await server.Database.ExecuteAsync(
            "update core.sessions set distance_m = 1 where session_id = @session", new { session });
        Assert.Equal("next", (await listener.NextAsync()).GetProperty("type").GetString());
        // Whoever waited for the deaf one would have waited as long as the server does.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(BrieflyPatientServer.SendTimeoutS - 1));

        await Task.Delay(TimeSpan.FromSeconds(BrieflyPatientServer.SendTimeoutS + 1));
        var cut = await Assert.ThrowsAsync<WebSocketException>(() => ReadAllAsync(deaf).WaitAsync(EventStream.Patience));
        Assert.Equal(WebSocketError.ConnectionClosedPrematurely, cut.WebSocketErrorCode);
    }

    private async Task<ClientWebSocket> DeafAsync()
    {
        // Little room to receive in, so that the server soon waits.
        using var little = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }, disposeHandler: false);
        var deaf = new ClientWebSocket();
        deaf.Options.AddSubProtocol("graphql-transport-ws");
        await deaf.ConnectAsync(
            new UriBuilder(server.Http.BaseAddress!) { Scheme = "ws", Path = "/graphql" }.Uri, little, CancellationToken.None);
        await SendAsync(deaf, new { type = "connection_init" });
        await deaf.ReceiveAsync(new byte[1_024].AsMemory(), CancellationToken.None);
        return deaf;
    }

    private static Task SendAsync(ClientWebSocket socket, object message) => socket.SendAsync(
        JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, CancellationToken.None);

    private static async Task ReadAllAsync(ClientWebSocket socket)
    {
        var buffer = new byte[1 << 16];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
        {
        }
    }
}

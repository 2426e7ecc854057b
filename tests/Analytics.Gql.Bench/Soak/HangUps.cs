// Clients that hang up: in the middle of their request, or while it is being answered.
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Analytics.Gql.Bench.Soak;

internal sealed class HangUps(Uri endpoint, SoakPeople people, SoakTokens tokens, SoakTally tally, int seed)
{
    private const int LongestStayMs = 15;
    private static readonly SoakOperation Page = SoakOperation.Of("TeamPage");

    public async Task HangUpAsync(int number, CancellationToken ct)
    {
        var random = new Random(seed + number);
        var request = Request(random);
        try
        {
            using var connection = new TcpClient { NoDelay = true };
            await connection.ConnectAsync(endpoint.Host, endpoint.Port, ct);
            var sent = random.Next(2) == 0 ? request.Length : random.Next(1, request.Length);
            await connection.GetStream().WriteAsync(request.AsMemory(0, sent), ct);
            await Task.Delay(random.Next(LongestStayMs), ct);
            // Half of them without a goodbye.
            if (random.Next(2) == 0)
                connection.LingerState = new LingerOption(true, 0);
            tally.Count("clients that hung up");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            tally.Error($"a client could not even hang up: {e.Message}");
        }
    }

    private byte[] Request(Random random)
    {
        var body = JsonSerializer.Serialize(
            new { documentId = Page.Id, variables = Page.Variables(random, people, people.Quiet[0]) });
        return Encoding.ASCII.GetBytes(
            $"POST {endpoint.PathAndQuery} HTTP/1.1\r\nHost: {endpoint.Authority}\r\nAccept: application/json\r\n"
            + $"Authorization: Bearer {tokens.Coach}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {body.Length}\r\n\r\n{body}");
    }
}

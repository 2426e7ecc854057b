// The load of a soak: who does what how often, each at a rate of their own, whether or not what came before is done.
using Analytics.Gql.Bench.Latency;
using Analytics.Gql.Bench.Serving;
using Analytics.Gql.Bench.Writing;

namespace Analytics.Gql.Bench.Soak;

internal sealed class SoakLoad : IDisposable
{
    public const int RequestsPerSecond = 320, WritesPerSecond = Writers * WritesPerWriterPerSecond, Subscribers = 20;
    private const int Writers = 4, WritesPerWriterPerSecond = 5, HangUpsPerSecond = 4, Connections = 32;
    private static readonly TimeSpan LongestBetweenFullRefreshes = TimeSpan.FromMinutes(5);

    private readonly TimeSpan _duration;
    private readonly SoakClient _client;
    private readonly GraphQLClient _watching;
    private readonly SoakRequests _requests;
    private readonly HangUps _hangUps;
    private readonly SubscriptionPool _subscribers;

    public SoakLoad(SoakRig rig, TimeSpan duration, int seed, SoakTally tally, WriteTally written)
    {
        var (endpoint, people, tokens) = (rig.Server.Endpoint, rig.People, rig.Tokens);
        _duration = duration;
        _client = new SoakClient(endpoint, tally);
        _watching = new GraphQLClient(endpoint, connections: 4, tokens.Coach);
        _requests = new SoakRequests(people, tokens, seed);
        _hangUps = new HangUps(endpoint, people, tokens, tally, seed);
        _subscribers = new SubscriptionPool(endpoint, people, tokens, tally, seed);
        AllWriters =
        [
            .. Enumerable.Range(1, Writers).Select(n => new NotingWriter(rig.Writes, written, seed + n, people.Written)),
        ];
        Honesty = new HonestyCheck(rig.Writes, people, _client, _watching, tokens, seed);
    }

    public IReadOnlyList<NotingWriter> AllWriters { get; }

    public HonestyCheck Honesty { get; }

    /// <param name="stop">Ends what has not begun.</param>
    /// <returns>A task for each part.</returns>
    public IEnumerable<Task> Start(CancellationToken stop, CancellationToken ct)
    {
        yield return AtRate(RequestsPerSecond, Connections, _ => _client.AskAsync(_requests.Draw(), ct));
        // One transaction after the other: a writer knows at any time what core must hold of its sessions.
        foreach (var writer in AllWriters)
            yield return AtRate(WritesPerWriterPerSecond, workers: 1, _ => writer.WriteAsync(ct));
        yield return AtRate(HangUpsPerSecond, workers: 2, number => _hangUps.HangUpAsync(number, ct));
        yield return _subscribers.RunAsync(Subscribers, stop);
        yield return Task.Run(() => Honesty.RunAsync(stop, ct), ct);
        yield return Task.Run(() => RefreshAllAsync(stop, ct), ct);

        Task AtRate(int perSecond, int workers, Func<int, Task> work) =>
            OpenLoop.RunAsync(perSecond, _duration, workers, work, ct, stop);
    }

    private async Task RefreshAllAsync(CancellationToken stop, CancellationToken ct)
    {
        var every = TimeSpan.FromTicks(Math.Min(LongestBetweenFullRefreshes.Ticks, _duration.Ticks / 3));
        while (true)
        {
            await Task.WhenAny(Task.Delay(every, stop));
            if (stop.IsCancellationRequested)
                return;
            await _client.AskAsync(_requests.FullRefresh(), ct);
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _watching.Dispose();
    }
}

// Work that arrives on a schedule, whether or not what came before is done: a slow server does not slow down its load.
using System.Diagnostics;
using System.Threading.Channels;
using Analytics.Gql.Bench.Measuring;

namespace Analytics.Gql.Bench.Latency;

internal static class OpenLoop
{
    /// <summary>Hands out the numbers 0, 1, … at that rate to the workers; returns when all of them are done.</summary>
    /// <param name="stop">Ends it earlier; what has begun is finished.</param>
    /// <returns>How late each was begun.</returns>
    public static async Task<Durations> RunAsync(
        int perSecond, TimeSpan duration, int workers, Func<int, Task> work, CancellationToken ct, CancellationToken stop = default)
    {
        var due = Channel.CreateUnbounded<(int Number, long At)>();
        var lateness = new Durations();
        var working = Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
        {
            await foreach (var (number, at) in due.Reader.ReadAllAsync(ct))
            {
                lateness.Record(Stopwatch.GetElapsedTime(at));
                await work(number);
            }
        }, ct)).ToList();

        var start = Stopwatch.GetTimestamp();
        var count = (int)(perSecond * duration.TotalSeconds);
        for (var number = 0; number < count && !stop.IsCancellationRequested; number++)
        {
            var at = start + (long)number * Stopwatch.Frequency / perSecond;
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), at);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, ct);
            due.Writer.TryWrite((number, at));
        }
        due.Writer.Complete();
        await Task.WhenAll(working);
        return lateness;
    }
}

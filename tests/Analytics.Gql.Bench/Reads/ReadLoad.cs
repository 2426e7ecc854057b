// Keeps a few connections busy: each asks again as soon as it has its answer, so the two sides are always both at work.
using System.Diagnostics;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Serving;

namespace Analytics.Gql.Bench.Reads;

internal sealed class ReadLoad(Uri endpoint, int connections = ReadLoad.Connections) : IDisposable
{
    public const int Connections = 8;
    private readonly GraphQLClient _client = new(endpoint, connections);
    private int _seed;

    /// <summary>What the answers to one query took, from sending to the last byte.</summary>
    public sealed class Result
    {
        private long _bytes;
        private int _failed;

        public Durations Durations { get; } = new();

        /// <summary>What the server itself took of them.</summary>
        public Durations OwnDurations { get; } = new();

        public double MeanKiB => _bytes / 1024.0 / Math.Max(1, Durations.Count);
        public int Failed => _failed;

        /// <summary>What the last failure said.</summary>
        public string? Fault { get; private set; }

        public TimeSpan Elapsed { get; set; }
        public double PerSecond => Durations.Count / Elapsed.TotalSeconds;

        public void Record(TimeSpan duration, TimedAnswer answer)
        {
            Durations.Record(duration);
            OwnDurations.Record(answer.OwnTime ?? duration);
            Interlocked.Add(ref _bytes, answer.Bytes);
        }

        /// <summary>Its time counts too: a time-out is an answer that took at least that long.</summary>
        public void Fail(TimeSpan duration, AnswerException fault)
        {
            Durations.Record(duration);
            OwnDurations.Record(duration);
            Interlocked.Increment(ref _failed);
            Fault = fault.Message;
        }
    }

    /// <summary>Asks one query for a while, on every connection.</summary>
    public async Task<Result> AskAsync(ReadQuery query, TimeSpan duration, CancellationToken ct)
    {
        using var end = new CancellationTokenSource(duration);
        return (await AskAsync([query], () => end.IsCancellationRequested, ct))[0];
    }

    /// <summary>Asks the queries in turn, on every connection, until it is done.</summary>
    public async Task<Result[]> AskAsync(IReadOnlyList<ReadQuery> queries, Func<bool> done, CancellationToken ct)
    {
        var results = queries.Select(_ => new Result()).ToArray();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => KeepAskingAsync(i), ct)));
        foreach (var result in results)
            result.Elapsed = Stopwatch.GetElapsedTime(started);
        return results;

        async Task KeepAskingAsync(int turn)
        {
            var random = new Random(Interlocked.Increment(ref _seed));
            using var buffer = new MemoryStream();
            for (; !done(); turn++)
            {
                var (query, result) = (queries[turn % queries.Count], results[turn % queries.Count]);
                var variables = query.Variables(random);
                var asked = Stopwatch.GetTimestamp();
                try
                {
                    var answer = await _client.TimeAsync(query.Text, variables, buffer, ct);
                    result.Record(Stopwatch.GetElapsedTime(asked), answer);
                }
                catch (AnswerException e)
                {
                    result.Fail(Stopwatch.GetElapsedTime(asked), e);
                }
            }
        }
    }

    public void Dispose() => _client.Dispose();
}

// How long a commit takes to show in an answer, and whether every answer before that said that it was stale.
using System.Diagnostics;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Serving;

namespace Analytics.Gql.Bench.Latency;

/// <summary>Only the watched write may touch its user meanwhile: any other answer than before is then the new one.</summary>
internal sealed class Visibility(GraphQLClient client)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string Query = GraphQLClient.Operation("AthleteWeeks");
    private int _falselyFresh, _neverSeen;

    public Durations Durations { get; } = new();

    /// <summary>Answers that lacked a committed change and did not say that any was pending.</summary>
    public int FalselyFresh => _falselyFresh;

    /// <summary>Writes that had not shown after 30 s.</summary>
    public int NeverSeen => _neverSeen;

    /// <returns>The week as it is answered now, for <see cref="WatchAsync"/>.</returns>
    public async Task<string> ReadAsync(Target target, CancellationToken ct) => (await AskAsync(target, ct)).Week;

    /// <param name="before">What was answered before the write.</param>
    /// <param name="committed">Timestamp of the commit's return.</param>
    public async Task WatchAsync(Target target, string before, long committed, CancellationToken ct)
    {
        while (Stopwatch.GetElapsedTime(committed) < Patience)
        {
            var (week, isStale) = await AskAsync(target, ct);
            if (week != before)
            {
                Durations.Record(Stopwatch.GetElapsedTime(committed));
                return;
            }
            if (!isStale)
                Interlocked.Increment(ref _falselyFresh);
            await Task.Delay(Poll, ct);
        }
        Interlocked.Increment(ref _neverSeen);
    }

    private async Task<(string Week, bool IsStale)> AskAsync(Target target, CancellationToken ct)
    {
        var data = await client.AskAsync(Query, new { userId = target.UserId, from = target.Week, to = target.Week }, ct);
        var answer = data["weeklyAggregates"]!;
        var week = answer["nodes"]!.AsArray().SingleOrDefault()?.ToJsonString() ?? "no session";
        return (week, (bool)answer["freshness"]!["isStale"]!);
    }
}

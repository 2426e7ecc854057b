// Whether answers are honest while everything else goes on: about one committed change a second, looked for in three ways.
//
// what is answered before, and its tag ⇒ commit ⇒ 304 to that tag: dishonest ⇒ FRESH without the change: dishonest
//   ⇒ asked until the change shows, every answer before that says that something is pending, or is dishonest
using System.Diagnostics;
using System.Text.Json;
using Analytics.Gql.Bench.Latency;
using Analytics.Gql.Bench.Serving;
using Npgsql;

namespace Analytics.Gql.Bench.Soak;

internal sealed class HonestyCheck(
    NpgsqlDataSource writes, SoakPeople people, SoakClient client, GraphQLClient answers, SoakTokens tokens, int seed)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly SoakOperation Weeks = SoakOperation.Of("AthleteWeeks");
    private static readonly string Chart = SoakOperation.Of("AthleteChart").Text;
    private readonly Random _random = new(seed);
    private int _falselyNotModified, _staleFresh;

    /// <summary>How long changes took to show, and answers that lacked one and did not say so.</summary>
    public Visibility Visibility { get; } = new(answers);

    /// <summary>304 for a client whose answer lacks a committed change.</summary>
    public int FalselyNotModified => _falselyNotModified;

    /// <summary>Answers to FRESH that lack a committed change.</summary>
    public int StaleFresh => _staleFresh;

    /// <summary>One change after the other: nobody else writes to these users.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken ct)
    {
        while (!stop.IsCancellationRequested)
        {
            var user = people.Watched[_random.Next(people.Watched.Length)];
            if (await Write.FindAsync(writes, user, ct) is { } target)
                await CheckAsync(target, ct);
            await Task.WhenAny(Task.Delay(Pause, stop));
        }
    }

    private async Task CheckAsync(Target target, CancellationToken ct)
    {
        var variables = JsonSerializer.Serialize(new { userId = target.UserId, from = target.Week, to = target.Week });
        var week = new SoakRequest(
            "query by GET, of whom is watched", tokens.Of(target.UserId), Body: null,
            $"?documentId={Weeks.Id}&variables={Uri.EscapeDataString(variables)}");
        var before = await Visibility.ReadAsync(target, ct);
        var freshBefore = await FreshAsync(target, ct);
        // Twice: the second is usually not modified, so that there is something to be dishonest about.
        await client.AskAsync(week, ct);
        await client.AskAsync(week, ct);

        if (!await Write.CommitAsync(writes, Write.Draw(_random), target, ct))
            throw new InvalidOperationException(
                $"A write to {target} changed nothing: somebody else writes there. Stop them.");
        var committed = Stopwatch.GetTimestamp();
        if (await client.AskAsync(week, ct) == StatusCodes.Status304NotModified)
            Interlocked.Increment(ref _falselyNotModified);
        if (await FreshAsync(target, ct) == freshBefore)
            Interlocked.Increment(ref _staleFresh);
        await Visibility.WatchAsync(target, before, committed, ct);
    }

    private async Task<string> FreshAsync(Target target, CancellationToken ct)
    {
        var asked = new
        {
            userId = target.UserId,
            from = target.Week,
            to = target.Week,
            timeZone = "UTC",
            consistency = "FRESH",
        };
        return (await answers.AskAsync(Chart, asked, ct))["weeklyAggregates"]!["nodes"]!.ToJsonString();
    }
}

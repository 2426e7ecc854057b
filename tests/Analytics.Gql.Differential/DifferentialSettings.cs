// What a differential run is asked, and what came of it.
using Analytics.Gql.Differential.Operations;
using Analytics.Gql.Differential.Oracle;
using Analytics.Gql.Differential.Running;

namespace Analytics.Gql.Differential;

public sealed record DifferentialSettings
{
    public required int Seed { get; init; }

    /// <summary>Of all writers together, drains and the like among them.</summary>
    public required long Operations { get; init; }

    public required CreateGround CreateGround { get; init; }

    /// <summary>Starts the API on a database; null: only the aggregates are compared.</summary>
    public StartApi? StartApi { get; init; }

    /// <summary>In each round; null: 1 to 8, as the seed has it.</summary>
    public int? Writers { get; init; }

    /// <summary>Nodes that drain beside the writers, all the time: 0 to 2.</summary>
    /// <remarks>With none, and one writer, the log is the order of what happened, and a replay repeats it.</remarks>
    public int Drainers { get; init; } = 2;
    public int OperationsPerRound { get; init; } = 400;
    public Pool Pool { get; init; } = Pool.Small;

    /// <summary>Replays at most to shorten what failed.</summary>
    public int Replays { get; init; } = 400;
    public Action<string> Log { get; init; } = _ => { };
}

/// <param name="Round">From 1.</param>
/// <param name="Log">Of that round, whole, in the order in which operations ended.</param>
/// <param name="Shortest">Operations that still end wrong when one writer plays them; null: they did not.</param>
public sealed record Failure(
    int Seed, int Round, Difference Difference, IReadOnlyList<LogEntry> Log, IReadOnlyList<Operation>? Shortest)
{
    public override string ToString()
    {
        var head = $"seed {Seed}, round {Round}: {Difference.Kind}: {Difference.What}\n";
        return Shortest is not null
            ? $"{head}The shortest sequence found that still ends wrong, by one writer:\n{string.Join('\n', Shortest)}"
            : $"{head}Played by one writer it does not fail: it needs concurrency, or the API. The round:\n"
                + string.Join('\n', Log);
    }
}

/// <param name="Failure">Null: no difference.</param>
public sealed record DifferentialResult(
    Tally Tally, int Rounds, TimeSpan Duration, IReadOnlyList<string> Aggregates, Failure? Failure);

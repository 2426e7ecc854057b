// Plays operations one after the other, by one writer, on an engine of its own; looks whether they end wrong.
using Analytics.Gql.Differential.Operations;
using Dapper;

namespace Analytics.Gql.Differential.Running;

public sealed class Replay : IAsyncDisposable
{
    private readonly Ground _ground;
    private readonly Node _node;
    private readonly Comparison _comparison;
    private readonly bool _honesty;

    private Replay(Ground ground, Node node, Comparison comparison, bool honesty) =>
        (_ground, _node, _comparison, _honesty) = (ground, node, comparison, honesty);

    /// <param name="honesty">Whether to ask everyone's freshness after each operation, and not only at the end.</param>
    public static async Task<Replay> PrepareAsync(CreateGround create, bool honesty, CancellationToken ct)
    {
        var ground = await create(ct);
        var node = new Node(ground.ConnectionString);
        return new Replay(ground, node, await Comparison.OfAsync(node.Source, ct), honesty);
    }

    /// <summary>From an empty database each time.</summary>
    /// <returns>Null: nothing was wrong.</returns>
    public async Task<Difference?> RunAsync(IReadOnlyList<Operation> operations, CancellationToken ct)
    {
        var tally = new Tally();
        await EmptyAsync(ct);
        return await Fault.AsDifferenceAsync(async () =>
        {
            foreach (var operation in operations)
            {
                await _node.RunAsync(operation, tally, ct);
                if (_honesty && await _comparison.OfEveryoneAsync(_node.Source, quiet: false, ct) is { } wrong)
                    return wrong;
            }
            await _node.SettleAsync(tally, ct);
            return await _comparison.OfEveryoneAsync(_node.Source, quiet: true, ct);
        });
    }

    /// <summary>A tenth of the time that another database would take.</summary>
    private async Task EmptyAsync(CancellationToken ct)
    {
        var deltas = string.Concat(_comparison.Names.Select(name => $", analytics.{name}_delta"));
        var refreshes = string.Concat(_comparison.Names.Select(name => $"refresh materialized view analytics.{name}; "));
        await using var connection = await _node.Source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync($"""
            truncate core.users, core.exercises, core.sessions, core.sets,
                     analytics.refresh_events, analytics.refresh_runs{deltas};
            {refreshes}
            truncate analytics.staging_changes;
            update analytics.refresh_state set mode = 'Incremental'
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _ground.DisposeAsync();
    }
}

internal static class Fault
{
    /// <summary>What the engine raises is a difference too: it has to be shown with what led to it.</summary>
    public static async Task<Difference?> AsDifferenceAsync(Func<Task<Difference?>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or InvalidOperationException)
        {
            return new Difference("fault", e.Message);
        }
    }
}

// A migrated, empty database of its own, and how to get another one.
namespace Analytics.Gql.Differential.Running;

/// <param name="Drop">Called when it is done with.</param>
public sealed record Ground(string ConnectionString, Func<ValueTask> Drop) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Drop();
}

/// <summary>Makes a <see cref="Ground"/>. What sabotages the engine does so here, so that replays have it too.</summary>
public delegate Task<Ground> CreateGround(CancellationToken ct);

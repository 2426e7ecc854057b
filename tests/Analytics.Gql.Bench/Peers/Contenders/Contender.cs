// Whoever is compared: what it is asked for a query, and one round of load on it.
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Peers.Load;

namespace Analytics.Gql.Bench.Peers.Contenders;

/// <param name="Lead">Of load that does not count, where a contender has to get going in each round.</param>
internal sealed record Round(int Connections, TimeSpan Duration, TimeSpan Lead);

/// <summary>The cluster that all share.</summary>
/// <param name="ProcessId">Of the postmaster.</param>
/// <param name="IdleShare">Of one core: what it uses when nobody asks, among others for the jobs of the server under test.</param>
internal sealed record Postgres(int ProcessId, double IdleShare = 0)
{
    /// <summary>Without what it would have used anyway.</summary>
    public LoadFigures Own(LoadFigures measured) =>
        measured with { PostgresUs = Math.Max(0, measured.PostgresUs - IdleShare * measured.Elapsed.TotalMicroseconds) };
}

internal abstract class Contender(string name)
{
    public string Name => name;

    /// <summary>The process whose memory is told; null: none.</summary>
    public virtual int? ServerId => null;

    /// <summary>One round of load.</summary>
    /// <returns>Null when it cannot answer the query.</returns>
    public async Task<LoadFigures?> RunAsync(PeerQuery query, Round round, Postgres postgres, CancellationToken ct) =>
        await LoadAsync(query, round, () => new CpuReading(
            ServerId is { } server ? CpuTimes.OfTreeUs(server) : 0, CpuTimes.OfTreeUs(postgres.ProcessId)), ct) is { } figures
            ? postgres.Own(figures)
            : null;

    protected abstract Task<LoadFigures?> LoadAsync(PeerQuery query, Round round, Func<CpuReading> cpu, CancellationToken ct);
}

// The only contact with Analytics.LocalPostgres: a durable cluster, set up for a million sessions on a small machine.
using Analytics.LocalPostgres;

namespace Analytics.Gql.Bench.Loading;

internal sealed class PrivateCluster : IAsyncDisposable
{
    private readonly LocalCluster _cluster;

    private PrivateCluster(LocalCluster cluster) => _cluster = cluster;

    /// <summary>What differs from PostgreSQL's defaults; printed with the figures.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        // A quarter of the memory, as PostgreSQL's manual advises for a dedicated server.
        ["shared_buffers"] = $"{Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / 1_048_576, 256, 8_192)}MB",
        ["maintenance_work_mem"] = "512MB",
        ["max_wal_size"] = "8GB",
        ["checkpoint_timeout"] = "15min",
        ["random_page_cost"] = "1.1",
        ["effective_io_concurrency"] = "100",
    };

    /// <param name="folder">Kept and used again; null: a throwaway folder.</param>
    /// <param name="durable">
    /// A commit that does not wait for its disk would flatter every figure that contains one; only what measures nothing
    /// may do without.
    /// </param>
    public static async Task<PrivateCluster> StartAsync(
        string? folder, Action<string> log, CancellationToken ct, bool durable = true) =>
        new(await LocalCluster.StartAsync(
            new LocalClusterOptions { Folder = folder, Durable = durable, Settings = Settings, Log = log }, ct));

    /// <summary>Of the postmaster.</summary>
    public int ProcessId => _cluster.ProcessId;

    public string ConnectionStringFor(string database) => _cluster.ConnectionStringFor(database);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}

// How a private cluster is to run.
namespace Analytics.LocalPostgres;

public sealed record LocalClusterOptions
{
    /// <summary>Where the data is kept. Null: a throwaway folder, deleted when the cluster stops, however it stops.</summary>
    public string? Folder { get; init; }

    /// <summary>Loopback port; null: a free one.</summary>
    public int? Port { get; init; }

    /// <summary>False: no fsync, for tests and throwaway data. True: PostgreSQL's own durability.</summary>
    public bool Durable { get; init; }

    /// <summary>Further lines of postgresql.conf.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public Action<string>? Log { get; init; }
}

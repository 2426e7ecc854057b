// The demo's database in a local cluster: made when it is not there, and migrated.
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Npgsql;

namespace Analytics.Demo;

internal static class DemoDatabase
{
    private const string Name = "analytics";

    /// <summary>Where imported workouts go unless a folder is given.</summary>
    public static string OwnFolder { get; } = LocalCluster.DefaultFolder("analytics-demo");

    /// <returns>Its connection string.</returns>
    public static async Task<string> PrepareAsync(LocalCluster cluster, CancellationToken ct)
    {
        await using (var admin = NpgsqlDataSource.Create(cluster.ConnectionString))
            await CreateAsync(admin, ct);
        var connection = cluster.ConnectionStringFor(Name);
        await DemoLogins.CreateAsync(connection, ct);
        await Migrator.MigrateAsync(connection, log: null, ct);
        // A folder of an earlier version: what is there already changes hands.
        await DemoLogins.CreateAsync(connection, ct);
        return connection;
    }

    private static async Task CreateAsync(NpgsqlDataSource admin, CancellationToken ct)
    {
        await using var exists = admin.CreateCommand($"select exists (select from pg_database where datname = '{Name}')");
        if ((bool)(await exists.ExecuteScalarAsync(ct))!)
            return;
        try
        {
            await using var create = admin.CreateCommand($"create database {Name}");
            await create.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // A demo that starts and an import that joined its server were here at once.
        }
    }
}

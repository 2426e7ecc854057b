// A database that holds the bench's data, whatever it was before.
//
// private cluster or --connection ⇒ load, unless it was loaded ⇒ migrate ⇒ full refresh, unless none is due ⇒ vacuum
using System.Data;
using Analytics.Gql.Bench.Overhead;
using Analytics.Gql.Jobs;
using Analytics.Store;
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Loading;

/// <param name="Folder">Of the private cluster; null: throwaway.</param>
/// <param name="Connection">Instead of a private cluster.</param>
public sealed record DatabaseSettings(int Sessions, string? Folder, string? Connection);

public sealed class BenchDatabase : IAsyncDisposable
{
    private readonly PrivateCluster? _cluster;

    private BenchDatabase(PrivateCluster? cluster, string connectionString, BenchSize size)
    {
        (_cluster, ConnectionString, Size) = (cluster, connectionString, size);
        Primary = DataSources.Primary(connectionString);
    }

    public string ConnectionString { get; }
    public BenchSize Size { get; }

    /// <summary>What the server's worker uses too.</summary>
    public NpgsqlDataSource Primary { get; }

    public bool IsPrivate => _cluster is not null;

    /// <summary>The postmaster of the private cluster; null where there is none.</summary>
    public int? ServerId => _cluster?.ProcessId;

    /// <exception cref="ArgumentException">The database holds somebody else's data.</exception>
    public static async Task<BenchDatabase> OpenAsync(DatabaseSettings settings, Action<string> log, CancellationToken ct)
    {
        var cluster = settings.Connection is null ? await PrivateCluster.StartAsync(settings.Folder, log, ct) : null;
        try
        {
            var connection = settings.Connection ?? await CreateAsync(cluster!, settings.Sessions, ct);
            var size = await LoadedAsync(connection, ct);
            if (size is null)
            {
                size = BenchSize.Of(settings.Sessions);
                await using var empty = new NpgsqlConnection(connection);
                await empty.OpenAsync(ct);
                await BenchData.LoadAsync(empty, size, log, ct);
            }
            var database = new BenchDatabase(cluster, connection, size);
            await database.PrepareAsync(log, ct);
            return database;
        }
        catch
        {
            if (cluster is not null)
                await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>One database a size, so that a kept folder can hold several.</summary>
    private static async Task<string> CreateAsync(PrivateCluster cluster, int sessions, CancellationToken ct)
    {
        var name = $"bench_{BenchSize.Of(sessions).Sessions}";
        await using var admin = NpgsqlDataSource.Create(cluster.ConnectionStringFor("postgres"));
        await using var connection = await admin.OpenConnectionAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(
            "select exists (select from pg_database where datname = @name)", new { name }))
            await connection.ExecuteAsync($"create database {name}");
        return cluster.ConnectionStringFor(name);
    }

    /// <returns>Null when the database is empty.</returns>
    private static async Task<BenchSize?> LoadedAsync(string connectionString, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>("select to_regclass('core.users') is not null"))
            return null;
        // The bench changes and deletes sessions: never in data that it did not make itself.
        if (!await connection.ExecuteScalarAsync<bool>(
            "select exists (select from core.users where user_id = md5('user:0')::uuid and display_name = 'User 0')"))
            throw new ArgumentException(
                $"Database '{connection.Database}' holds data that the bench did not load, and it would change it. "
                + "Give it a new, empty database.");
        return BenchSize.WithUsers(await connection.ExecuteScalarAsync<int>("select count(*) from core.users"));
    }

    private async Task PrepareAsync(Action<string> log, CancellationToken ct)
    {
        await Migrator.MigrateAsync(ConnectionString, log, ct);
        await using var connection = await Primary.OpenConnectionAsync(ct);
        // Off: a bench was killed in the middle of 'overhead'.
        if ((await StagingTriggers.FaultsAsync(Primary, ct)).Count > 0)
            await TriggerSwitch.RestoreAsync(this, AppLoad.Title, ct);
        // Else the server's catch-up of a missed night would start in the middle of a figure.
        var status = await new RefreshControl(Primary).ReadAsync(ct);
        if (NightlySchedule.IsMissed(status.LastFullRefreshAt, DateTime.UtcNow))
        {
            log("full refresh");
            await new FullRefresh(ConnectionString).RunAsync(ct);
        }
        await new Drain(Primary).RunUntilEmptyAsync(ct);
        // Else autovacuum would, in the middle of a figure.
        log("vacuum");
        await connection.ExecuteAsync(new CommandDefinition("vacuum analyze", commandTimeout: 0, cancellationToken: ct));
        if (IsPrivate)
            await WarmUpAsync(connection, log);
        log("checkpoint");
        // Said to be text, because Dapper takes a single word for a procedure.
        await connection.ExecuteAsync("checkpoint", commandType: CommandType.Text);
    }

    /// <summary>Waits until nothing is staged, for a server's worker that runs beside.</summary>
    public async Task UntilDrainedAsync(CancellationToken ct)
    {
        await using var connection = await Primary.OpenConnectionAsync(ct);
        while (await connection.ExecuteScalarAsync<bool>("select exists (select from analytics.staging_changes)"))
            await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
    }

    /// <summary>Reads everything into memory: a server that has been up for a while has its working set there.</summary>
    private static async Task WarmUpAsync(NpgsqlConnection connection, Action<string> log)
    {
        log("reading the tables into memory");
        await connection.ExecuteAsync("create extension if not exists pg_prewarm");
        await connection.ExecuteAsync("""
            select pg_prewarm(c.oid) from pg_class as c
            where c.relnamespace in ('core'::regnamespace, 'analytics'::regnamespace) and c.relkind in ('r', 'm', 'i')
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}

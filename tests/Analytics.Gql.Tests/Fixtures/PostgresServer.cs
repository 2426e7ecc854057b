// The one PostgreSQL of a test run.
//
// ANALYTICS_TEST_CONNECTION ⇒ Docker ⇒ a local cluster ⇒ failure that names the remedy; then a migrated template, cloned per class
using System.Diagnostics.CodeAnalysis;
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Npgsql;

namespace Analytics.Gql.Tests.Fixtures;

/// <summary>Started by the first test that asks, stopped when the process ends.</summary>
public sealed class PostgresServer
{
    private static readonly Lazy<Task<PostgresServer>> Started = new(StartAsync);

    // Of one run, so that runs can share a server.
    private readonly string _run = Guid.NewGuid().ToString("n")[..8];
    private readonly string _connectionString;
    private readonly IAsyncDisposable? _owned;
    private int _databases;

    private PostgresServer(string connectionString, string source, IAsyncDisposable? owned = null) =>
        (_connectionString, Source, _owned) = (connectionString, source, owned);

    /// <summary>ANALYTICS_TEST_CONNECTION, Docker or Local.</summary>
    public string Source { get; }

    private string Template => $"analytics_template_{_run}";

    public static Task<PostgresServer> GetAsync() => Started.Value;

    /// <summary>A migrated database without rows, cloned in some 50 ms.</summary>
    public static async Task<TestDatabase> CreateDatabaseAsync()
    {
        var server = await GetAsync();
        return await server.CreateAsync($"template {server.Template} strategy file_copy");
    }

    /// <summary>A database that no migration has touched.</summary>
    public static async Task<TestDatabase> CreateEmptyDatabaseAsync() => await (await GetAsync()).CreateAsync("");

    /// <summary>Runs one statement in the administrative database, or another, on a connection of its own.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "Database names cannot be parameters; these are our own.")]
    internal async Task ExecuteAsync(string sql, string? database = null)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringFor(database, pooling: false));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<PostgresServer> StartAsync()
    {
        var server = await FindAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.StopAsync().GetAwaiter().GetResult();
        await server.ExecuteAsync($"create database {server.Template}");
        await Migrator.MigrateAsync(
            server.ConnectionStringFor(server.Template, pooling: false), log: null, CancellationToken.None);
        // Nobody can connect to it any more, so nothing can hold up a clone.
        await server.ExecuteAsync($"alter database {server.Template} with is_template true allow_connections false");
        return server;
    }

    private static async Task<PostgresServer> FindAsync()
    {
        if (Environment.GetEnvironmentVariable("ANALYTICS_TEST_CONNECTION") is { Length: > 0 } given)
            return new PostgresServer(given, "ANALYTICS_TEST_CONNECTION");
        if (await DockerPostgres.TryStartAsync() is { } container)
            return new PostgresServer(container.GetConnectionString(), "Docker", container);
        try
        {
            var cluster = await LocalCluster.StartAsync(new LocalClusterOptions
            {
                Settings = new Dictionary<string, string> { ["max_connections"] = "200" },
            });
            return new PostgresServer(cluster.ConnectionString, "Local", cluster);
        }
        catch (LocalClusterException e)
        {
            throw new InvalidOperationException(
                $"These tests need PostgreSQL 15 or later. {e.Message} Or set ANALYTICS_TEST_CONNECTION to a superuser's connection string.", e);
        }
    }

    private async Task<TestDatabase> CreateAsync(string clause)
    {
        var name = $"analytics_test_{_run}_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"create database {name} {clause}");
        return new TestDatabase(this, name, ConnectionStringFor(name, pooling: true));
    }

    private string ConnectionStringFor(string? database, bool pooling)
    {
        var builder = new NpgsqlConnectionStringBuilder(_connectionString)
        {
            Pooling = pooling,
            MaxPoolSize = 20, // Four classes at a time share 200 connections.
            IncludeErrorDetail = true,
        };
        if (database is not null)
            builder.Database = database;
        return builder.ConnectionString;
    }

    private async Task StopAsync()
    {
        if (_owned is not null)
        {
            await _owned.DisposeAsync();
            return;
        }
        await ExecuteAsync($"alter database {Template} with is_template false");
        await ExecuteAsync($"drop database {Template} with (force)");
    }
}

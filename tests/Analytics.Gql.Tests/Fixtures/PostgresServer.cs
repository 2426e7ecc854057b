// The one PostgreSQL of a test run.
//
// ANALYTICS_TEST_CONNECTION ⇒ Docker ⇒ a local cluster ⇒ failure that names the remedy; then a migrated template, cloned per class
using System.Diagnostics.CodeAnalysis;
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Analytics.Store.Roles;
using Npgsql;

namespace Analytics.Gql.Tests.Fixtures;

/// <summary>Started by the first test that asks, stopped after the last test.</summary>
public sealed class PostgresServer
{
    private static readonly Lazy<Task<PostgresServer>> Shared = new(StartAsync);

    // Known before the template is made, so that a failing migration leaves no server either.
    private static PostgresServer? _found;

    // Of one run, so that runs can share a server.
    private readonly string _run = Guid.NewGuid().ToString("n")[..8];
    private readonly string _connectionString;
    private readonly IAsyncDisposable? _owned;
    private readonly TestLogins _logins;
    private int _databases;

    private PostgresServer(string connectionString, string source, IAsyncDisposable? owned = null) =>
        (_connectionString, Source, _owned, _logins) = (connectionString, source, owned, new TestLogins(_run));

    /// <summary>ANALYTICS_TEST_CONNECTION, Docker or Local.</summary>
    public string Source { get; }

    private string Template => $"analytics_template_{_run}";

    public static Task<PostgresServer> SharedAsync() => Shared.Value;

    /// <summary>Leaves nothing of the run behind. No test may follow.</summary>
    internal static async Task StopSharedAsync()
    {
        if (_found is not { } server)
            return;
        if (server._owned is not null)
        {
            await server._owned.DisposeAsync();
            return;
        }
        await server.ExecuteAsync($"alter database {server.Template} with is_template false");
        await server.ExecuteAsync($"drop database {server.Template} with (force)");
        // The roles stay: other runs may be using them.
        foreach (var login in server._logins.All)
            await server.ExecuteAsync($"drop role {login}");
    }

    /// <summary>A migrated database without rows, cloned in some 50 ms.</summary>
    public Task<TestDatabase> CreateDatabaseAsync() => CreateAsync($"owner {RoleSetup.Migrator} template {Template} strategy file_copy");

    /// <summary>A database that no migration has touched.</summary>
    public Task<TestDatabase> CreateEmptyDatabaseAsync() => CreateAsync("");

    private static async Task<PostgresServer> StartAsync()
    {
        var server = await FindAsync();
        _found = server;
        await server.ExecuteAsync($"create database {server.Template}");
        var template = server.ConnectionStringFor(server.Template, pooling: false);
        await server._logins.CreateAsync(template);
        await Migrator.MigrateAsync(TestLogins.As(server._logins.Names.Migrator!, template), log: null, CancellationToken.None);
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
            var cluster = await LocalCluster.StartAsync(new LocalClusterOptions());
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
        return new TestDatabase(
            ConnectionStringFor(name, pooling: true), _logins, () => ExecuteAsync($"drop database if exists {name} with (force)"));
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

    /// <summary>One statement in the administrative database, on a connection of its own.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "Database names cannot be parameters; these are our own.")]
    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringFor(database: null, pooling: false));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}

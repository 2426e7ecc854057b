// One PostgreSQL per test run: a connection string, else Docker, else what this machine has installed.
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Dapper;
using DotNet.Testcontainers.Builders;
using Npgsql;
using Testcontainers.PostgreSql;

namespace Analytics.Gql.Tests.Fixtures;

/// <summary>Started by the first test that needs it, stopped when the test process ends.</summary>
public sealed class PostgresServer
{
    public const string ConnectionVariable = "ANALYTICS_TEST_CONNECTION";
    public const string DockerVariable = "ANALYTICS_TEST_DOCKER";
    public const string ImageVariable = "ANALYTICS_TEST_IMAGE";

    private static readonly Lazy<Task<PostgresServer>> Shared = new(StartAsync);
    private readonly string _template = $"analytics_template_{Guid.NewGuid():n}"[..30];
    private readonly string _admin;

    private PostgresServer(string admin, string source) => (_admin, Source) = (admin, source);

    /// <summary>Where the server came from: connection, Docker or local.</summary>
    public string Source { get; }

    public static Task<PostgresServer> SharedAsync() => Shared.Value;

    /// <summary>A migrated database of the caller's own, cloned from a template.</summary>
    public Task<TestDatabase> CreateDatabaseAsync() => CreateAsync($" template {_template} strategy file_copy");

    /// <summary>A database with nothing in it.</summary>
    public Task<TestDatabase> CreateEmptyDatabaseAsync() => CreateAsync("");

    private async Task<TestDatabase> CreateAsync(string from)
    {
        var name = $"analytics_test_{Guid.NewGuid():n}";
        await ExecuteAsync("postgres", $"create database {name}{from}");
        return new TestDatabase(For(name), () => ExecuteAsync("postgres", $"drop database if exists {name} with (force)"));
    }

    private static async Task<PostgresServer> StartAsync()
    {
        var (admin, source) = await FindAsync();
        var server = new PostgresServer(admin, source);
        await server.ExecuteAsync("postgres", $"create database {server._template}");
        await Migrator.MigrateAsync(server.For(server._template), log: null, CancellationToken.None);
        // Nobody can connect to the template, so nobody can keep it from being cloned.
        await server.ExecuteAsync("postgres", $"alter database {server._template} with is_template true allow_connections false");
        return server;
    }

    private static async Task<(string Admin, string Source)> FindAsync()
    {
        if (Environment.GetEnvironmentVariable(ConnectionVariable) is { Length: > 0 } connection)
            return (connection, "connection");
        var docker = Environment.GetEnvironmentVariable(DockerVariable);
        if (docker != "off" && await TryDockerAsync(required: docker == "required") is { } container)
        {
            AtExit(container);
            return (container.GetConnectionString(), "Docker");
        }
        var cluster = await LocalCluster.StartAsync(new LocalClusterOptions());
        AtExit(cluster);
        return (cluster.ConnectionString, "local");
    }

    private static async Task<PostgreSqlContainer?> TryDockerAsync(bool required)
    {
        try
        {
            var image = Environment.GetEnvironmentVariable(ImageVariable) is { Length: > 0 } named ? named : "postgres:17";
            var container = new PostgreSqlBuilder(image).WithCommand("-c", "fsync=off", "-c", "max_connections=200").Build();
            await container.StartAsync();
            return container;
        }
        catch (DockerUnavailableException) when (!required)
        {
            return null;
        }
        catch (Docker.DotNet.DockerApiException e) when (!required)
        {
            Console.WriteLine($"Docker answers but has no image ({e.Message}); using the installed PostgreSQL.");
            return null;
        }
    }

    private static void AtExit(IAsyncDisposable owned) => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        NpgsqlConnection.ClearAllPools();
        owned.DisposeAsync().AsTask().GetAwaiter().GetResult();
    };

    private string For(string database) => new NpgsqlConnectionStringBuilder(_admin) { Database = database, MaxPoolSize = 12 }.ConnectionString;

    private async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(For(database)) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await connection.ExecuteAsync(sql);
    }
}

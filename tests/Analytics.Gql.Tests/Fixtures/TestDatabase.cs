// A database of one test class, dropped at its end, whoever is still connected.
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Fixtures;

/// <param name="logins">Of the server; they connect to a database that its migrator made.</param>
public sealed class TestDatabase(string connectionString, TestLogins logins, Func<Task> drop) : IAsyncDisposable
{
    /// <summary>As a superuser, for what a test arranges and looks at.</summary>
    public string ConnectionString { get; } = connectionString;

    /// <summary>As a server under test connects for the worker and the jobs.</summary>
    public string RefresherConnectionString => TestLogins.As(logins.Names.Refresher!, ConnectionString);

    /// <summary>As it connects for reads.</summary>
    public string ReaderConnectionString => TestLogins.As(logins.Names.Reader!, ConnectionString);

    /// <summary>As an operator connects who migrates.</summary>
    public string MigratorConnectionString => TestLogins.As(logins.Names.Migrator!, ConnectionString);

    public NpgsqlDataSource DataSource { get; } = NpgsqlDataSource.Create(connectionString);

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        return [.. await connection.QueryAsync<T>(sql, parameters)];
    }

    /// <summary>Polls until the database says so; the patience is for machines that are busy with something else.</summary>
    public async Task UntilAsync(string condition, int patienceS = 30)
    {
        var deadline = DateTime.UtcNow.AddSeconds(patienceS);
        while (!await ScalarAsync<bool>(condition))
        {
            Assert.True(DateTime.UtcNow < deadline, condition);
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        foreach (var used in (string[])[ConnectionString, RefresherConnectionString, ReaderConnectionString])
            NpgsqlConnection.ClearPool(new NpgsqlConnection(used));
        await drop();
    }
}

/// <summary>One migrated database for the tests of a class; derive from it to write rows once for all of them.</summary>
public class DatabaseFixture : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    public virtual async Task InitializeAsync() => Database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();

    public virtual async Task DisposeAsync()
    {
        if (Database is not null) // The server may not have started, and that error is the one to see.
            await Database.DisposeAsync();
    }
}

// What the checks look at: one read-only connection as each configured account.
using Analytics.Store.Migrations;
using Dapper;
using Npgsql;

namespace Analytics.Store.Doctor;

/// <summary>A connection string of the settings.</summary>
/// <param name="Key">Such as <c>ConnectionStrings:Analytics</c>.</param>
public sealed record ConfiguredConnection(string Key, string ConnectionString);

/// <summary>What the doctor is told about the server whose database it looks at.</summary>
public sealed record DoctorOptions
{
    /// <summary>The primary's, as the worker and the jobs use it.</summary>
    public required ConfiguredConnection Primary { get; init; }

    /// <summary>That of reads; null: the primary's.</summary>
    public ConfiguredConnection? Reads { get; init; }

    /// <summary>That of migrations; null: the primary's.</summary>
    public ConfiguredConnection? Migrate { get; init; }

    public MigrationOptions Migrations { get; init; } = new();

    /// <summary>Analytics:Refresh:MaxStaged.</summary>
    public int MaxStaged { get; init; } = 1_000_000;

    /// <summary>How long whoever holds a lock may be idle, and how old a staged change may become.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public IEnumerable<ConfiguredConnection> Connections =>
        new[] { Primary, Reads, Migrate }.OfType<ConfiguredConnection>();
}

/// <summary>An open connection of the settings.</summary>
public sealed record OpenedConnection(ConfiguredConnection Configured, NpgsqlConnection Connection)
{
    public NpgsqlConnectionStringBuilder Settings { get; } = new(Configured.ConnectionString);
}

public sealed class Examination(DoctorOptions options, IReadOnlyList<OpenedConnection> opened)
{
    public DoctorOptions Options => options;

    public IReadOnlyList<OpenedConnection> Opened => opened;

    public NpgsqlConnection Primary => opened[0].Connection;

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, CancellationToken ct, object? parameters = null) =>
        [.. await Primary.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: ct))];

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken ct, object? parameters = null) =>
        (await Primary.ExecuteScalarAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: ct)))!;

    /// <summary>Faults of the rows of a query.</summary>
    public async Task<IReadOnlyList<Fault>> FaultsAsync<T>(
        string sql, Func<T, Fault> fault, CancellationToken ct, object? parameters = null) =>
        [.. (await QueryAsync<T>(sql, ct, parameters)).Select(fault)];

    /// <summary>Unpooled, and unable to write anything.</summary>
    internal static async Task<OpenedConnection> OpenAsync(ConfiguredConnection configured, CancellationToken ct)
    {
        var settings = new NpgsqlConnectionStringBuilder(configured.ConnectionString)
        {
            Pooling = false,
            Multiplexing = false,
            ApplicationName = "analytics-gql doctor",
        };
        settings.Options = $"{settings.Options} -c default_transaction_read_only=on";
        // A data source and not a plain connection: several hosts are its affair.
        await using var source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        var connection = await source.OpenConnectionAsync(ct);
        // As the login itself: what its other sessions do is hidden from the role that it takes on.
        await connection.ExecuteAsync(new CommandDefinition("set role none", cancellationToken: ct));
        return new OpenedConnection(configured, connection);
    }
}

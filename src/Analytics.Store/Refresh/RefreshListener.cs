// Hears of drains: one connection that listens, and reads on itself what it heard of.
using Npgsql;

namespace Analytics.Store.Refresh;

/// <summary>Not safe for concurrent use. Broken once any call has thrown: open another.</summary>
public sealed class RefreshListener : IAsyncDisposable
{
    private const int DrainsAtOnce = 100;
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private bool _heard;

    private RefreshListener(string connectionString)
    {
        // A data source only for its name: traces would else call it by its connection string.
        _source = new NpgsqlDataSourceBuilder(connectionString) { Name = "listener" }.Build();
        _connection = _source.CreateConnection();
        // It may come with the answer to a query too, and would be waited for in vain afterwards.
        _connection.Notification += (_, _) => _heard = true;
    }

    public static async Task<RefreshListener> OpenAsync(string connectionString, CancellationToken ct)
    {
        // Unpooled: what it listens to must not go back to a pool. A dead peer is found by asking it.
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Multiplexing = false,
            ApplicationName = "analytics-gql listener",
            CommandTimeout = 15,
            KeepAlive = 15,
        };
        var listener = new RefreshListener(settings.ConnectionString);
        try
        {
            await listener._connection.OpenAsync(ct);
            await using var listen = new NpgsqlCommand("listen analytics_refreshed", listener._connection);
            await listen.ExecuteNonQueryAsync(ct);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when a drain has been heard of, or after <paramref name="poll"/>.</summary>
    public async Task WaitAsync(TimeSpan poll, CancellationToken ct)
    {
        if (!_heard) await _connection.WaitAsync(poll, ct);
    }

    /// <summary>Everyone's events of the next drains after <paramref name="number"/>.</summary>
    public Task<RefreshPage> ReadSinceAsync(long number, CancellationToken ct)
    {
        _heard = false; // what is heard from here on may be too late for this read
        return RefreshEvents.ReadSinceAsync(_connection, number, DrainsAtOnce, ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }
}

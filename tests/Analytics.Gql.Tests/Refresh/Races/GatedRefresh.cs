// A full refresh that goes on when a race test says so: from view to view, and to its finish.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Refresh.Races;

/// <summary>Waits at each view, with that view's snapshot taken and nothing written, and before it finishes.</summary>
public sealed class GatedRefresh : IAsyncDisposable
{
    private static readonly string[] Views = ["session_summary", "weekly_aggregates", "personal_records"];

    private readonly TestDatabase _database;
    private readonly Dictionary<string, (NpgsqlConnection Connection, NpgsqlTransaction Transaction)> _gates = [];
    private readonly TaskCompletionSource _refreshed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _mayFinish = new();

    private GatedRefresh(TestDatabase database) => _database = database;

    public Task<FullRefreshResult> Ended { get; private set; } = null!;

    /// <summary>Begun, and waiting at the first view.</summary>
    public static async Task<GatedRefresh> BeginAsync(TestDatabase database)
    {
        var refresh = new GatedRefresh(database);
        foreach (var view in Views)
        {
            var connection = await database.DataSource.OpenConnectionAsync();
            refresh._gates[view] = (connection, await connection.BeginTransactionAsync());
            // A matview cannot be locked by name; building an index on it holds up its REFRESH just so.
            await connection.ExecuteAsync($"create index on analytics.{view} (user_id)");
        }
        refresh.Ended = Task.Run(() =>
            new FullRefresh(database.ConnectionString).RunAsync(CancellationToken.None, refresh.WaitBeforeFinish));
        await refresh.UntilWaitingAsync(Views[0]);
        return refresh;
    }

    /// <summary>Writes the views before this one, and takes this one's snapshot.</summary>
    public async Task GoOnToAsync(string view)
    {
        foreach (var before in Views.TakeWhile(v => v != view))
            await OpenAsync(before);
        await UntilWaitingAsync(view);
    }

    /// <summary>Writes and commits the other views, and acts before the finish.</summary>
    public async Task ActBeforeFinishAsync(Func<Task> act)
    {
        foreach (var view in Views)
            await OpenAsync(view);
        await await Task.WhenAny(_refreshed.Task, Ended);
        await act();
        _mayFinish.Set();
    }

    /// <summary>Before its finish. Its backend is gone then: it tells its client that it ends before it lets go of its locks,
    /// and a drain in between would take the refresh for one that lives.</summary>
    public async Task KillAsync()
    {
        const int patienceMs = 20_000;
        Assert.True(await _database.ScalarAsync<bool>($"""
            select pg_terminate_backend(l.pid, {patienceMs})
            from pg_locks as l join pg_database as d on d.oid = l.database
            where l.locktype = 'advisory' and d.datname = current_database()
              and (l.classid::bigint << 32 | l.objid::bigint) = analytics.lock_id('full-refresh')
            """));
        _mayFinish.Set();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Ended);
    }

    public async ValueTask DisposeAsync()
    {
        _mayFinish.Set();
        foreach (var view in Views)
            await OpenAsync(view);
    }

    private void WaitBeforeFinish(RefreshStep step)
    {
        if (step.What != FullRefresh.Finishing)
            return;
        _refreshed.SetResult();
        _mayFinish.Wait();
    }

    private async Task OpenAsync(string view)
    {
        if (!_gates.Remove(view, out var gate))
            return;
        await gate.Transaction.RollbackAsync();
        await gate.Connection.DisposeAsync();
    }

    private Task UntilWaitingAsync(string view) => UntilAsync($"""
        select exists (
            select from pg_locks where not granted and relation = 'analytics.{view}'::regclass)
        """);

    /// <summary>Or until it has ended without waiting: what the test then finds says why.</summary>
    private Task UntilAsync(string condition) => RaceTest.UntilAsync(_database, condition, unless: Ended);
}

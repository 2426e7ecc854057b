// What the store measures of drains, full refreshes and audits; told apart from other tests' by the flow it is measured in.
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Tests.Telemetry;

public sealed class RefreshMetricsTests : IAsyncLifetime
{
    private static readonly AsyncLocal<ConcurrentQueue<string>?> Here = new();
    private TestDatabase _database = null!;
    private Workouts _workouts = null!;

    public async Task InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        _workouts = new Workouts(_database);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_drain_counts_its_changes_and_one_with_nothing_to_do_counts_nothing()
    {
        await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z");
        Assert.Equal(
            [
                "analytics.drain.changes 1", "analytics.drain.duration succeeded", "analytics.drain.keys personal_records 0",
                "analytics.drain.keys session_summary 1", "analytics.drain.keys weekly_aggregates 1", "analytics.drain.set_aside 0",
            ],
            await MeasuredAsync(() => _workouts.DrainAsync()));
        Assert.Empty(await MeasuredAsync(() => _workouts.DrainAsync()));
    }

    [Fact]
    public async Task A_drain_that_fails_counts_as_failed()
    {
        await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z");
        await _database.ExecuteAsync("alter table analytics.session_summary_delta rename to gone");
        Assert.Equal(["analytics.drain.duration failed"], await MeasuredAsync(() => Assert.ThrowsAsync<Npgsql.PostgresException>(() => _workouts.DrainAsync())));
    }

    [Fact]
    public async Task A_full_refresh_counts_each_view_and_a_view_that_fails_makes_it_failed()
    {
        Assert.Equal(
            [
                "analytics.full_refresh.duration succeeded", "analytics.full_refresh.view.duration personal_records succeeded",
                "analytics.full_refresh.view.duration session_summary succeeded", "analytics.full_refresh.view.duration weekly_aggregates succeeded",
            ],
            await MeasuredAsync(() => _workouts.FullRefreshAsync()));
        await _database.ExecuteAsync("drop index analytics.personal_records_key");
        var failed = await MeasuredAsync(() => _workouts.FullRefreshAsync());
        Assert.Contains("analytics.full_refresh.duration failed", failed);
        Assert.Contains("analytics.full_refresh.view.duration personal_records failed", failed);
    }

    [Fact]
    public async Task Drift_that_an_audit_finds_is_counted_and_observed()
    {
        var session = await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z");
        await _workouts.FullRefreshAsync();
        await _database.ExecuteAsync("""
            alter table core.sessions disable trigger user;
            update core.sessions set title = 'unseen' where session_id = @session;
            alter table core.sessions enable trigger user
            """, new { session });
        var measured = await MeasuredAsync(() => new Verification(_database.DataSource).RunAsync(CancellationToken.None));
        Assert.Equal(["analytics.drift.rows 1"], measured);
        await new RefreshRuns(_database.DataSource).RecordAuditAsync(DateTime.UtcNow, 1, null, CancellationToken.None);
        var seen = await new RefreshObserver(_database.DataSource).ObserveAsync(CancellationToken.None);
        Assert.Equal((1, false, false), (seen.AuditDriftedRows, seen.AuditFailed, seen.FullRefreshFailed));
        Assert.Equal(["personal_records", "session_summary", "weekly_aggregates"], seen.DeltaRows.Keys.Order());
    }

    [Fact]
    public async Task A_full_refresh_that_is_stuck_shows_how_long_and_one_that_failed_that_it_did()
    {
        await _database.ExecuteAsync("""
            insert into analytics.refresh_runs (kind, outcome, started_at, ended_at)
            values ('FULL', 'FAILED', now() - interval '1 day', now() - interval '1 day'), ('FULL', 'RUNNING', now() - interval '2 hours', null)
            """);
        var seen = await new RefreshObserver(_database.DataSource).ObserveAsync(CancellationToken.None);
        Assert.True(seen.FullRefreshFailed);
        Assert.InRange(seen.FullRefreshRunningS, 7200, 7300);
    }

    private static async Task<IReadOnlyList<string>> MeasuredAsync(Func<Task> act)
    {
        var measured = Here.Value = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == StoreTelemetry.Name) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, tags, $" {value}"));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags, ""));
        listener.Start();
        await act();
        return [.. measured.Order(StringComparer.Ordinal)];
    }

    private static void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags, string value)
    {
        var said = instrument.Name;
        foreach (var tag in tags) said += $" {tag.Value}";
        Here.Value?.Enqueue(said + value);
    }
}

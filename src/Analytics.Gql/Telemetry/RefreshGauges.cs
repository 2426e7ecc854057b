// How the refresh engine stands, as gauges: looked at every few seconds, whoever scrapes how often.
using System.Diagnostics.Metrics;
using Analytics.Store.Refresh;
using Npgsql;

namespace Analytics.Gql.Telemetry;

// every 5 s: one cheap statement ⇒ kept ⇒ given to whoever collects; the database is away ⇒ no values rather than old ones

/// <summary>Every node shows the same, as it is in the database; an alert takes the maximum.</summary>
public sealed partial class RefreshGauges : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private const string Aggregate = "analytics.aggregate", Mode = "analytics.refresh.mode";

    private readonly RefreshObserver _observer;
    private readonly TimeProvider _time;
    private readonly ILogger<RefreshGauges> _log;
    private volatile RefreshObservation? _seen;
    private bool _away;

    public RefreshGauges(RefreshObserver observer, IMeterFactory meters, TimeProvider time, ILogger<RefreshGauges> log)
    {
        ArgumentNullException.ThrowIfNull(meters);
        (_observer, _time, _log) = (observer, time, log);
        var meter = meters.Create(ServerTelemetry.Name);
        meter.CreateObservableGauge("analytics.database.up", () => _seen is null ? 0 : 1, "{database}",
            "1 while the primary answers and is migrated, else 0; the other gauges of the refresh engine are then absent.");
        Add(meter, "analytics.staging.changes", "{change}",
            $"Changes that are staged; exact up to {RefreshObserver.CountedExactly}.", seen => seen.StagedChanges);
        Add(meter, "analytics.staging.oldest_age", "s",
            "How long the oldest staged change has been waiting; 0 when there is none.", seen => seen.OldestStagedS);
        Add(meter, "analytics.freshness.lag", "s",
            "How long the oldest change has been waiting that readers do not see; 0 when they see all.", seen => seen.LagS);
        meter.CreateObservableGauge("analytics.refresh.mode", Modes, "{mode}", "1 for the mode that holds, 0 for the others.");
        meter.CreateObservableGauge("analytics.delta.rows", Deltas, "{row}",
            "Rows of each delta, as PostgreSQL's statistics estimate them.");
        meter.CreateObservableGauge("analytics.full_refresh.last_success", LastFullRefresh, "s",
            "When the latest full refresh that succeeded began to read, in seconds since 1970; absent before the first.");
        Add(meter, "analytics.full_refresh.running_time", "s",
            "How long a full refresh has been running; 0 when none is.", seen => seen.FullRefreshRunningS);
        Add(meter, "analytics.full_refresh.failing", "{refresh}",
            "1 when the latest full refresh that ended failed, else 0.", seen => seen.FullRefreshFailed ? 1 : 0);
        Add(meter, "analytics.audit.drifted_rows", "{row}",
            "Aggregate rows that differed from the base tables in the latest audit.", seen => seen.AuditDriftedRows);
        Add(meter, "analytics.audit.failing", "{audit}",
            "1 when the latest audit found what it cannot mend, such as a trigger that is off; else 0.", seen => seen.AuditFailed ? 1 : 0);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll, _time);
        do await LookAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken ct)
    {
        try
        {
            _seen = await _observer.ObserveAsync(ct);
            _away = false;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            _seen = null;
            if (!_away) LogAway(_log, e.Message);
            _away = true;
        }
    }

    private void Add(Meter meter, string name, string unit, string description, Func<RefreshObservation, double> value) =>
        meter.CreateObservableGauge(
            name, () => _seen is { } seen ? [new Measurement<double>(value(seen))] : Array.Empty<Measurement<double>>(), unit, description);

    private IEnumerable<Measurement<int>> Modes() => _seen is { } seen
        ? Enum.GetValues<RefreshMode>().Select(mode =>
            new Measurement<int>(mode == seen.Mode ? 1 : 0, new KeyValuePair<string, object?>(Mode, mode.ToString())))
        : [];

    private IEnumerable<Measurement<long>> Deltas() => _seen is { } seen
        ? seen.DeltaRows.Select(delta => new Measurement<long>(delta.Value, new KeyValuePair<string, object?>(Aggregate, delta.Key)))
        : [];

    private IEnumerable<Measurement<double>> LastFullRefresh() => _seen?.LastFullRefreshAt is { } at
        ? [new((at - DateTime.UnixEpoch).TotalSeconds)]
        : [];

    [LoggerMessage(LogLevel.Warning, "The refresh engine cannot be observed; its gauges are absent until it can: {Reason}")]
    private static partial void LogAway(ILogger log, string reason);
}

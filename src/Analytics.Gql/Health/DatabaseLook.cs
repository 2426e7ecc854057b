// A check that asks the database: for at most three seconds, and at most once a second however many probe.
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Analytics.Gql.Health;

/// <summary>Probes come without a token and pass all limits: their number must not be the database's load.</summary>
internal abstract class DatabaseLook(TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private Task<HealthCheckResult>? _latest;
    private long _at;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_latest is null || (_latest.IsCompleted && time.GetElapsedTime(_at) >= Remembered))
                (_latest, _at) = (RunAsync(), time.GetTimestamp());
            return _latest.WaitAsync(cancellationToken);
        }
    }

    protected abstract Task<HealthCheckResult> LookAsync(CancellationToken ct);

    /// <summary>What it means to this check that the database cannot be asked.</summary>
    protected virtual HealthCheckResult Away(Exception reason) =>
        HealthCheckResult.Degraded("Not known: the primary cannot be reached or refused to tell.");

    // Not cancelled with the probe that began it: others wait for the same look.
    private async Task<HealthCheckResult> RunAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            return await LookAsync(patience.Token);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            return Away(e);
        }
    }
}

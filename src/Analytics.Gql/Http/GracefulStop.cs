// How a node leaves, so that nobody notices who comes through a proxy.
using Analytics.Gql.Engine.Limits;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

// told to stop ⇒ /health/ready is 503, answers ask for their connection to be closed ⇒ DrainDelayS, everything is served
//              ⇒ subscriptions end with a hint when to come back ⇒ the listener closes ⇒ requests finish ⇒ the process ends
//
// Workers and jobs let go at once, beside all this: another node goes on with their work.

/// <summary>Whether this node is leaving, and whether its subscriptions have to.</summary>
public sealed class GracefulStop(IHostApplicationLifetime lifetime, IOptions<HttpOptions> options, TimeProvider time)
    : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private volatile bool _isLeaving;

    /// <summary>No new request should come here.</summary>
    public bool IsLeaving => _isLeaving || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>The delay is over, and with it every subscription.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>The host waits for it before it stops any service, the listener among them.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isLeaving = true;
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(options.Value.DrainDelayS), time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // There is no time for it.
        }
        await _over.CancelAsync();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _over.Dispose();
}

/// <summary>Not ready as soon as the node is told to stop.</summary>
internal sealed class LeavingHealth(GracefulStop stop) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        stop.IsLeaving ? HealthCheckResult.Unhealthy("This node is stopping.") : HealthCheckResult.Healthy("This node stays."));
}

/// <summary>The host's own patience covers the delay and the longest request.</summary>
internal sealed class StopTimes(IOptions<HttpOptions> http, IOptions<LimitOptions> limits) : IConfigureOptions<HostOptions>
{
    private const int OthersS = 10;

    public void Configure(HostOptions options)
    {
        options.ShutdownTimeout = TimeSpan.FromSeconds(http.Value.DrainDelayS + limits.Value.RequestTimeoutS + OthersS);
        // A drain lets its lock go while requests still finish.
        options.ServicesStopConcurrently = true;
    }
}

// Keeps out of the traces what the server does for itself the whole day.
using System.Diagnostics;
using OpenTelemetry;

namespace Analytics.Gql.Telemetry;

/// <summary>Drops traces that begin with a poll: a statement that nobody asked for (the worker's look at an empty queue, the
/// mode, gauges), or the scheduler's own bookkeeping. Jobs, drains and requests begin with spans of their own.</summary>
internal sealed class PollingNoise : BaseProcessor<Activity>
{
    public override void OnStart(Activity data)
    {
        var root = data;
        while (root.Parent is { } parent) root = parent;
        if (root.HasRemoteParent || !IsPoll(root)) return;
        data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        data.IsAllDataRequested = false;
    }

    private static bool IsPoll(Activity root) => root.Source.Name switch
    {
        "Npgsql" => true,
        "Quartz" => root.OperationName != "Quartz.Job.Execute",
        _ => false,
    };
}

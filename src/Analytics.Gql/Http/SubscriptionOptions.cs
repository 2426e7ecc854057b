// How long-lived connections behave; the section Analytics:Subscriptions.
using Analytics.Gql.Engine.Limits;

namespace Analytics.Gql.Http;

public sealed class SubscriptionOptions
{
    public const string Section = "Analytics:Subscriptions";

    /// <summary>Seconds between signs of life on a silent connection: comments of an event stream, pings of a socket.</summary>
    [Bounds(1, 3_600)] public int HeartbeatS { get; set; } = 12;

    /// <summary>Seconds that a socket may take until its <c>connection_init</c>.</summary>
    [Bounds(1, 600)] public int InitTimeoutS { get; set; } = 10;

    /// <summary>Seconds that a client may take to receive what is sent to it; then its connection is cut.</summary>
    [Bounds(1, 600)] public int SendTimeoutS { get; set; } = 30;

    /// <summary>Sockets and event streams of one user (the token's <c>sub</c>, else the remote address) on this node.</summary>
    [Bounds(1, 1_000_000)] public int MaxConnectionsPerUser { get; set; } = 100;

    /// <summary>Sockets and event streams of this node.</summary>
    [Bounds(1, 1_000_000)] public int MaxConnections { get; set; } = 20_000;

    /// <summary>Operations that run at once on one socket.</summary>
    [Bounds(1, 10_000)] public int MaxOperationsPerSocket { get; set; } = 100;

    internal TimeSpan Heartbeat => TimeSpan.FromSeconds(HeartbeatS);

    internal TimeSpan InitTimeout => TimeSpan.FromSeconds(InitTimeoutS);

    internal TimeSpan SendTimeout => TimeSpan.FromSeconds(SendTimeoutS);
}

/// <summary>Refuses to start with a setting out of its range.</summary>
public sealed class SubscriptionOptionsCheck() : BoundsCheck<SubscriptionOptions>(SubscriptionOptions.Section);

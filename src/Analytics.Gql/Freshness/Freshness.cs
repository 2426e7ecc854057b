// How fresh an answer is, as the API says it.
using Analytics.Gql.Engine.Revalidation;
using Stored = Analytics.Store.Readers.Freshness;

namespace Analytics.Gql.Freshness;

/// <summary>Where an answer was read from.</summary>
public enum FreshnessSource
{
    /// <summary>The materialized views alone, as of their last full refresh.</summary>
    Matview,

    /// <summary>The materialized views with everything recomputed since laid over them.</summary>
    Incremental,

    /// <summary>The base tables: always current.</summary>
    Live,
}

/// <summary>How fresh an answer is, computed in the same database snapshot as the answer.</summary>
[Versioned]
public sealed class Freshness(Stored stored)
{
    /// <summary>A replica usually is a second behind: its heartbeat is written once a second. On the primary nothing lags
    /// unless something is pending.</summary>
    private const double ReplicaIsStaleAfterS = 5;

    /// <summary>Every change committed before this instant is in the answer. Of a replica it is about a second ago, more
    /// where it lags.</summary>
    public DateTimeOffset AsOf => stored.AsOf;

    /// <summary>When what the answer was read from was last refreshed.</summary>
    public DateTimeOffset LastRefreshAt => stored.LastRefreshAt;

    /// <summary>Whether changes of this user are pending: committed, or possibly so, and not in the answer yet; or the
    /// answer is of a replica that has heard nothing of the primary for 5 seconds.</summary>
    public bool IsStale => stored.PendingChanges > 0 || stored.LagS >= ReplicaIsStaleAfterS;

    /// <summary>How many changes are pending; never 0 while one is missing that was committed before <c>asOf</c>, or on the
    /// primary while any is: what has not reached a replica it cannot count. Up to a bound, 10,000 per user.</summary>
    public int PendingChanges => stored.PendingChanges;

    /// <summary>Seconds that the oldest pending change has been waiting, or that a replica is behind if that is more; 0 on
    /// the primary when there is none.</summary>
    [RunsWhilePending]
    public double LagS => stored.LagS;

    /// <summary>When an audit last compared what is read here with the base tables (and had what differed recomputed); null
    /// when none has, or when the base tables themselves were read.</summary>
    public DateTimeOffset? VerifiedAt => stored.VerifiedAt;

    /// <summary>Seconds until what is pending will be in, by the pace of the last half minute; null without a backlog, when
    /// nothing is being drained, and in the freshness of a single user.</summary>
    [RunsWhilePending]
    public double? CatchUpS => stored.CatchUpS;

    /// <summary>Where the answer was read from.</summary>
    public FreshnessSource Source => stored.Source switch
    {
        Store.Readers.ReadSource.Matview => FreshnessSource.Matview,
        Store.Readers.ReadSource.Live or Store.Readers.ReadSource.FreshLive => FreshnessSource.Live,
        _ => FreshnessSource.Incremental,
    };
}

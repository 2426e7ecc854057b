// What a subscriber is told.
using Analytics.Gql.Engine.Streaming;
using Analytics.Store.Refresh;

namespace Analytics.Gql.Refresh;

/// <summary>What was recomputed of a user. Both lists empty: read everything again, more was missed than is kept.</summary>
public sealed class AggregatesRefreshed(RefreshEvent change) : IStreamEvent
{
    /// <summary>The user.</summary>
    public Guid UserId => change.UserId;

    /// <summary>When: answers from now on contain it.</summary>
    public DateTimeOffset RefreshedAt => change.RefreshedAt;

    /// <summary>The weeks recomputed, by their Mondays, oldest first; also those that are empty now.</summary>
    public IReadOnlyList<DateOnly> Weeks => change.Weeks;

    /// <summary>The sessions recomputed, by id; also those that are deleted or somebody else's now.</summary>
    public IReadOnlyList<Guid> SessionIds => change.SessionIds;

    string IStreamEvent.EventId => change.DrainNumber.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

// How much an answer must contain.
namespace Analytics.Gql.Freshness;

/// <summary>How much an answer must contain.</summary>
public enum Consistency
{
    /// <summary>What has been refreshed so far; the answer's freshness says what is still pending.</summary>
    Refreshed,

    /// <summary>Every change committed before the read: the user's pending rows are recomputed in it. Costs as much as there
    /// is pending; a user with more than 500 changes pending, or anyone while more than 1,000 are pending in all, is read
    /// from the base tables.</summary>
    Fresh,
}

// The three ways to serve aggregates, and the switch between them.
namespace Analytics.Store.Refresh;

/// <summary>How aggregates are kept and read; one row in the database decides for every node.</summary>
public enum RefreshMode
{
    /// <summary>Delta over the matviews, drained within a second of a commit.</summary>
    Incremental,

    /// <summary>The matviews alone, as of the last full refresh; changes since then count as pending.</summary>
    NightlyOnly,

    /// <summary>The plain views: always current, as slow as the tables; no refresh runs.</summary>
    Live,
}

// One refresh, as the API shows it.
using Analytics.Gql.Engine.Scalars;
using Analytics.Store.Refresh;
using GraphQL;

namespace Analytics.Gql.Refresh;

/// <summary>What a refresh was for.</summary>
public enum RefreshKind
{
    /// <summary>A drain: recomputed what a batch of staged changes touched.</summary>
    Incremental,

    /// <summary>Refreshed every materialized view.</summary>
    Full,

    /// <summary>Compared a sample with the base tables.</summary>
    Audit,
}

/// <summary>How a refresh ended, if it did.</summary>
public enum RefreshOutcome
{
    /// <summary>It has not ended.</summary>
    Running,

    /// <summary>It did what it was for.</summary>
    Succeeded,

    /// <summary>It did not; what it was to do stays pending.</summary>
    Failed,
}

/// <summary>One refresh that did something, or tried to.</summary>
public sealed class RefreshRun(RefreshRunRow row)
{
    /// <summary>A number as text, higher for later runs; no UUID.</summary>
    [Id]
    public string Id => row.RunId.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What it was for.</summary>
    public RefreshKind Kind => Enum.Parse<RefreshKind>(row.Kind, ignoreCase: true);

    /// <summary>How it ended, if it did.</summary>
    public RefreshOutcome Outcome => Enum.Parse<RefreshOutcome>(row.Outcome, ignoreCase: true);

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt => row.StartedAt;

    /// <summary>Null while it runs.</summary>
    public DateTimeOffset? EndedAt => row.EndedAt;

    /// <summary>Staged changes that it took off the queue.</summary>
    public int StagedChanges => Saturated.ToInt(row.StagedChanges);

    /// <summary>Rows that it recomputed; 0 for a full refresh, which recomputes all.</summary>
    public int Keys => Saturated.ToInt(row.Keys);

    /// <summary>Why it failed, in a sentence for an operator; null unless it did.</summary>
    public string? Error => row.Error;
}

// How the refresh jobs work; the section Analytics:Refresh.
using Analytics.Store.Refresh;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Jobs;

public sealed class RefreshOptions
{
    public const string Section = "Analytics:Refresh";

    /// <summary>The mode of a database that has none yet; afterwards 'analytics-gql mode' decides.</summary>
    public RefreshMode Mode { get; set; } = RefreshMode.Incremental;

    /// <summary>Milliseconds between looks at an empty queue.</summary>
    public int PollMs { get; set; } = 250;

    /// <summary>Staged changes a drain.</summary>
    public int BatchSize { get; set; } = 2000;

    /// <summary>Whole users a drain.</summary>
    public int WholeUsersPerBatch { get; set; } = 10;

    /// <summary>With more staged than this, a full refresh is cheaper than draining.</summary>
    public int MaxStaged { get; set; } = 1_000_000;

    /// <summary>The same in percent of the rows of core.sessions and core.sets, but not below 20,000 staged.</summary>
    public int MaxStagedPercent { get; set; } = 20;

    /// <summary>Users that each drift audit looks at.</summary>
    public int AuditSampleUsers { get; set; } = 20;

    /// <summary>Days that drains and their events stay in the history.</summary>
    public int KeepDrainsDays { get; set; } = 2;

    /// <summary>Days that full refreshes stay in the history.</summary>
    public int KeepFullRefreshesDays { get; set; } = 90;
}

public sealed class RefreshOptionsCheck : IValidateOptions<RefreshOptions>
{
    public ValidateOptionsResult Validate(string? name, RefreshOptions options)
    {
        var wrong = typeof(RefreshOptions).GetProperties()
            .Where(p => p.PropertyType == typeof(int) && (int)p.GetValue(options)! < 1)
            .Select(p => $"{RefreshOptions.Section}:{p.Name} is {p.GetValue(options)}; it must be at least 1. Correct the setting or remove it for the default.")
            .ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}

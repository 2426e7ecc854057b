// The bounds of a request; the section Analytics:Limits. An ordinary dashboard meets none of them.
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine.Limits;

public sealed class LimitOptions
{
    public const string Section = "Analytics:Limits";

    public int MaxWeeksPerRange { get; set; } = 104;
    public int MaxUsers { get; set; } = 100;
    public int MaxPageSize { get; set; } = 100;
    public int MaxAliases { get; set; } = 100;
    public int MaxDepth { get; set; } = 15;

    /// <summary>
    /// Cost of an operation: each field 1, times the lists above it (a list counts with the number its arguments ask for,
    /// else with its usual size). 100 users x 12 weeks x 5 sessions x 14 fields is about 100,000.
    /// </summary>
    public int MaxCost { get; set; } = 250_000;

    public int MaxRequestBytes { get; set; } = 1_048_576;
    public int MaxOperationsPerBatch { get; set; } = 10;
    public int StatementTimeoutS { get; set; } = 15;
    public int MaxSessionsPerWeek { get; set; } = 500;
    public int DocumentCacheBytes { get; set; } = 16 * 1_048_576;
}

/// <summary>Refuses to start with a bound below 1.</summary>
public sealed class LimitOptionsCheck : IValidateOptions<LimitOptions>
{
    public ValidateOptionsResult Validate(string? name, LimitOptions options)
    {
        var wrong = typeof(LimitOptions).GetProperties()
            .Where(p => p.PropertyType == typeof(int) && (int)p.GetValue(options)! < 1)
            .Select(p => $"{LimitOptions.Section}:{p.Name} is {p.GetValue(options)}; it must be at least 1. Correct the setting or remove it for the default.")
            .ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}

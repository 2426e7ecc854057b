// What may differ from the embedded scripts: the first mode, and in tests the scripts themselves.
namespace Analytics.Store.Migrations;

/// <summary>What tests and first starts change about a migration.</summary>
public sealed record MigrationOptions
{
    /// <summary>The refresh mode of a database that has none yet.</summary>
    public string InitialMode { get; init; } = nameof(Refresh.RefreshMode.Incremental);

    /// <summary>Instead of the embedded db/migrations.</summary>
    public IReadOnlyList<Script>? Migrations { get; init; }

    /// <summary>Instead of the embedded db/definitions/aggregates.</summary>
    public IReadOnlyList<Script>? Aggregates { get; init; }
}

// What may differ from the embedded scripts: the first mode, an operator's own definitions, and in tests the scripts.
namespace Analytics.Store.Migrations;

/// <summary>What tests and first starts change about a migration.</summary>
public sealed record MigrationOptions
{
    /// <summary>The refresh mode of a database that has none yet.</summary>
    public string InitialMode { get; init; } = nameof(Refresh.RefreshMode.Incremental);

    /// <summary>
    /// A folder laid out as db/definitions whose files stand for the embedded ones of the same path, or are added to them; null:
    /// none.
    /// </summary>
    public string? DefinitionsFolder { get; init; }

    /// <summary>Instead of the embedded db/migrations.</summary>
    public IReadOnlyList<Script>? Migrations { get; init; }

    /// <summary>Instead of the embedded db/definitions/aggregates.</summary>
    public IReadOnlyList<Script>? Aggregates { get; init; }
}

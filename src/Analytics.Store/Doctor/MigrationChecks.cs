// Whether the database is what this version makes of it.
using Analytics.Store.Migrations;

namespace Analytics.Store.Doctor;

internal static class MigrationChecks
{
    private static readonly Remedy Migrate = Remedy.Command("analytics-gql migrate");

    public static IReadOnlyList<Check> All { get; } =
    [
        new("migration.pending", Severity.Error, "A migration or a definition of this version is not applied, or was changed.",
            "analytics-gql migrate", PendingAsync, NeedsSchema: false),
        new("migration.edited", Severity.Error, "A migration reads differently from when it was applied: this version would not migrate.",
            "Deploy the version that the database was migrated with, or a newer one.", EditedAsync),
        new("migration.newer", Severity.Warning, "The database was migrated by a newer version than this.",
            "Deploy that version here too.", NewerAsync),
    ];

    private static async Task<IReadOnlyList<Fault>> PendingAsync(Examination on, CancellationToken ct)
    {
        if (!await on.ScalarAsync<bool>("select to_regclass('analytics.schema_definitions') is not null", ct))
            return [new Fault("The database is not migrated.", Migrate)];
        var options = on.Options.Migrations;
        var state = await SchemaState.ReadAsync(
            on.Primary, await SchemaState.DefinitionsAsync(on.Primary, options, ct), ct, options.Migrations);
        string[] pending = [.. state.Missing.Select(m => m.Path), .. state.OtherDefinitions.Select(d => $"definitions/{d}.sql")];
        return pending.Length == 0 ? [] : [new Fault($"Not applied: {string.Join(", ", pending)}.", Migrate)];
    }

    private static async Task<IReadOnlyList<Fault>> EditedAsync(Examination on, CancellationToken ct)
    {
        var applied = await MigrationLedger.MigrationsAsync(on.Primary, ct);
        return [.. (on.Options.Migrations.Migrations ?? Script.Migrations)
            .Where(s => applied.TryGetValue(s.Number, out var then) && then != s.Checksum)
            .Select(s => new Fault(
                $"db/{s.Path} was edited after it was applied.",
                Remedy.Advice("Deploy the version that has the file as it was applied.")))];
    }

    private static async Task<IReadOnlyList<Fault>> NewerAsync(Examination on, CancellationToken ct)
    {
        var latest = (on.Options.Migrations.Migrations ?? Script.Migrations).Max(s => s.Number);
        return await on.FaultsAsync<string>(
            "select m.name from analytics.schema_migrations as m where m.number > @latest order by m.number",
            name => new Fault($"Migration {name} is not of this version.", Remedy.Advice("Deploy the newer version here too.")),
            ct, new { latest });
    }
}

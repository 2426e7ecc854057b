// How a database stands to what this build expects: for health, which must not wait for locks nor change anything, and for
// the doctor.
using Dapper;
using Npgsql;

namespace Analytics.Store.Migrations;

/// <param name="Expected">The number of the latest migration of this build.</param>
/// <param name="Missing">Migrations of this build that the database does not have.</param>
/// <param name="Newer">The latest migration that only a newer build has; null when there is none.</param>
/// <param name="OtherDefinitions">Functions, aggregates and triggers that the database has in another form, or not at all.</param>
public sealed record SchemaState(int Expected, IReadOnlyList<Script> Missing, int? Newer, IReadOnlyList<string> OtherDefinitions)
{
    /// <summary>The checksums of this build's definitions and the operator's own.</summary>
    /// <remarks>What is put together with the help of the database's own columns (definitions/refresh) cannot be told without
    /// it.</remarks>
    public static IReadOnlyDictionary<string, string> Definitions(MigrationOptions options) =>
        Of(DefinitionSet.Load(options), Script.DefinitionsWith(options.DefinitionsFolder)).ToDictionary();

    /// <summary>The same, with those that are put together; the database has been migrated before.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> DefinitionsAsync(
        NpgsqlConnection connection, MigrationOptions options, CancellationToken ct)
    {
        var (set, scripts) = (DefinitionSet.Load(options), Script.DefinitionsWith(options.DefinitionsFolder));
        var written = await GeneratedDefinitions.WriteAsync(connection, set.Aggregates, Script.In(scripts, "refresh"), ct);
        return Of(set, scripts).Concat(written.Select(w => KeyValuePair.Create(w.Id, Script.Sha256(w.Text)))).ToDictionary();
    }

    private static IEnumerable<KeyValuePair<string, string>> Of(DefinitionSet set, IReadOnlyList<Script> scripts) =>
        set.Functions.Concat(set.Aggregates).Select(d => KeyValuePair.Create(d.Id, d.Checksum))
            .Concat(Script.In(scripts, "triggers").Select(s => KeyValuePair.Create($"triggers/{s.Name}", s.Checksum)));

    /// <param name="definitions">As <see cref="Definitions"/> or <see cref="DefinitionsAsync"/> gives them.</param>
    /// <param name="migrations">In order; those of this build when null.</param>
    public static async Task<SchemaState> ReadAsync(
        NpgsqlConnection connection, IReadOnlyDictionary<string, string> definitions, CancellationToken ct,
        IReadOnlyList<Script>? migrations = null)
    {
        migrations ??= Script.Migrations;
        var exists = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select to_regclass('analytics.schema_migrations') is not null", cancellationToken: ct));
        return exists
            ? Of(migrations, definitions,
                await MigrationLedger.MigrationsAsync(connection, ct), await MigrationLedger.DefinitionsAsync(connection, ct))
            : Of(migrations, definitions, new Dictionary<int, string>(), new Dictionary<string, string>());
    }

    private static SchemaState Of(
        IReadOnlyList<Script> migrations, IReadOnlyDictionary<string, string> definitions,
        IReadOnlyDictionary<int, string> migrated, IReadOnlyDictionary<string, string> defined)
    {
        var expected = migrations[^1].Number;
        return new SchemaState(
            expected,
            [.. migrations.Where(m => !migrated.ContainsKey(m.Number))],
            migrated.Keys.Where(number => number > expected).Select(number => (int?)number).Max(),
            [.. definitions.Where(d => defined.GetValueOrDefault(d.Key) != d.Value).Select(d => d.Key).Order(StringComparer.Ordinal)]);
    }
}

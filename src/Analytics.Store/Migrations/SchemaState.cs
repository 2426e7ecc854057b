// How a database stands to what this build expects: for health, which must not wait for locks nor change anything.
using Dapper;
using Npgsql;

namespace Analytics.Store.Migrations;

/// <param name="Expected">The latest migration of this build.</param>
/// <param name="Missing">Migrations of this build that the database does not have, by number.</param>
/// <param name="Newer">The latest migration that only a newer build has; null when there is none.</param>
/// <param name="OtherDefinitions">Functions, aggregates and triggers that the database has in another form, or not at all.</param>
public sealed record SchemaState(int Expected, IReadOnlyList<int> Missing, int? Newer, IReadOnlyList<string> OtherDefinitions)
{
    private static readonly IReadOnlyList<Script> Migrations = Script.Migrations;

    /// <summary>The checksums of this build's definitions and the operator's own.</summary>
    /// <remarks>What is put together with the help of the database's own columns (definitions/refresh) cannot be told without
    /// it.</remarks>
    public static IReadOnlyDictionary<string, string> Definitions(MigrationOptions options)
    {
        var set = DefinitionSet.Load(options);
        return set.Functions.Concat(set.Aggregates).Select(d => (d.Id, d.Checksum))
            .Concat(Script.In(Script.DefinitionsWith(options.DefinitionsFolder), "triggers").Select(s => ($"triggers/{s.Name}", s.Checksum)))
            .ToDictionary(d => d.Item1, d => d.Item2);
    }

    /// <param name="definitions">As <see cref="Definitions"/> gives them.</param>
    public static async Task<SchemaState> ReadAsync(
        NpgsqlDataSource primary, IReadOnlyDictionary<string, string> definitions, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        var exists = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select to_regclass('analytics.schema_migrations') is not null", cancellationToken: ct));
        return exists
            ? Of(await MigrationLedger.MigrationsAsync(connection, ct), await MigrationLedger.DefinitionsAsync(connection, ct), definitions)
            : Of(new Dictionary<int, string>(), new Dictionary<string, string>(), definitions);
    }

    private static SchemaState Of(
        IReadOnlyDictionary<int, string> migrations, IReadOnlyDictionary<string, string> definitions,
        IReadOnlyDictionary<string, string> wanted)
    {
        var expected = Migrations[^1].Number;
        return new SchemaState(
            expected,
            [.. Migrations.Select(m => m.Number).Where(number => !migrations.ContainsKey(number))],
            migrations.Keys.Where(number => number > expected).Select(number => (int?)number).Max(),
            [.. wanted.Where(d => definitions.GetValueOrDefault(d.Key) != d.Value).Select(d => d.Key).Order(StringComparer.Ordinal)]);
    }
}

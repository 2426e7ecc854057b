// Whether the database is at the version that this build expects.
using Analytics.Store.Migrations;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Analytics.Gql.Health;

/// <summary>A database that is ahead is fine: while a new version is rolled out, nodes of the old one serve beside it.
/// Definitions have no order that would tell old from new, so that other ones are said and no more.</summary>
internal sealed class MigrationCheck(NpgsqlDataSource primary, IConfiguration settings, TimeProvider time) : DatabaseLook(time)
{
    private readonly Lazy<IReadOnlyDictionary<string, string>> _definitions =
        new(() => SchemaState.Definitions(MigrationSettings.Read(settings)));

    protected override async Task<HealthCheckResult> LookAsync(CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        var state = await SchemaState.ReadAsync(connection, _definitions.Value, ct);
        if (state.Missing.Count > 0)
            return HealthCheckResult.Unhealthy(
                $"Migrations {string.Join(", ", state.Missing.Select(m => m.Number))} are not applied. Run 'analytics-gql migrate'.");
        if (state.OtherDefinitions.Count > 0)
            return HealthCheckResult.Degraded(
                $"Other definitions than this build's: {string.Join(", ", state.OtherDefinitions)}. "
                + "Run 'analytics-gql migrate' of the newest version that runs, and end the roll-out.");
        return HealthCheckResult.Healthy(state.Newer is { } newer
            ? $"Migrated to {newer}; this build knows {state.Expected}."
            : $"Migrated to {state.Expected}.");
    }
}

// Whether the primary answers.
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Analytics.Gql.Health;

internal sealed class DatabaseCheck(NpgsqlDataSource primary, TimeProvider time) : DatabaseLook(time)
{
    protected override async Task<HealthCheckResult> LookAsync(CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteScalarAsync(ct);
        return HealthCheckResult.Healthy("The primary answers.");
    }

    protected override HealthCheckResult Away(Exception reason) => HealthCheckResult.Unhealthy(
        reason is PostgresException refused
            ? $"The primary refused with SQLSTATE {refused.SqlState}. Its log says why."
            : "The primary cannot be reached within 3 s. See ConnectionStrings:Analytics, the server and the network.");
}

// What the figures were measured on; printed above them, since they mean little without it.
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Analytics.Gql.Bench.Loading;
using Dapper;

namespace Analytics.Gql.Bench.Measuring;

public static class Setting
{
    private sealed record Row(
        string Version, long Sessions, long Sets, long Users, long Bytes, string Fsync, string Buffers);

    /// <summary>PostgreSQL, cores, runtime and the size of the data, in one line.</summary>
    public static async Task<string> DescribeAsync(BenchDatabase database, CancellationToken ct)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleAsync<Row>(new CommandDefinition("""
            select current_setting('server_version') as Version, (select count(*) from core.sessions) as Sessions,
                   (select count(*) from core.sets) as Sets, (select count(*) from core.users) as Users,
                   pg_database_size(current_database()) as Bytes, current_setting('fsync') as Fsync,
                   current_setting('shared_buffers') as Buffers
            """, cancellationToken: ct));
        return string.Create(CultureInfo.InvariantCulture,
            $"{row.Sessions:N0} sessions, {row.Sets:N0} sets, {row.Users:N0} users ({row.Bytes / 1e9:N1} GB); ")
            + $"PostgreSQL {row.Version}, fsync {row.Fsync}, shared_buffers {row.Buffers}{(database.IsPrivate ? ", warm" : "")}; "
            + $"{Machine}.";
    }

    /// <summary>Runtime, cores and system.</summary>
    public static string Machine =>
        $".NET {Environment.Version}, {Environment.ProcessorCount} cores for load, server and database; {Build}";

    private static bool IsDebug =>
        typeof(Setting).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true;

    private static string Build => IsDebug
        ? "a DEBUG build: use -c Release for figures"
        : RuntimeInformation.OSDescription;
}

// How often everything that is kept was refreshed, as the server itself has written it down.
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Writing;

/// <param name="FullFailed">Cut off, or failed in a view.</param>
/// <param name="DrainsFailed">Set changes aside, or failed as a whole.</param>
internal sealed record RefreshCounts(long Drains, long DrainsFailed, long Full, long FullFailed)
{
    public static async Task<RefreshCounts> ReadAsync(NpgsqlDataSource primary, CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return await connection.QuerySingleAsync<RefreshCounts>(new CommandDefinition("""
            select count(*) filter (where kind = 'INCREMENTAL' and outcome = 'SUCCEEDED') as Drains,
                   count(*) filter (where kind = 'INCREMENTAL' and outcome = 'FAILED') as DrainsFailed,
                   count(*) filter (where kind = 'FULL' and outcome = 'SUCCEEDED') as Full,
                   count(*) filter (where kind = 'FULL' and outcome = 'FAILED') as FullFailed
            from analytics.refresh_runs
            """, cancellationToken: ct));
    }
}

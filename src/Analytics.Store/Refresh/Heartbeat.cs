// The primary's sign of life, for answers that replicas give.
using Dapper;
using Npgsql;

namespace Analytics.Store.Refresh;

public sealed class Heartbeat(NpgsqlDataSource primary)
{
    /// <summary>Writes a beat, unless another node has just done so.</summary>
    /// <remarks>A beat of the future is replaced too: the primary's clock was set back, or another server is the primary
    /// now; answers must not reach beyond what its clock stamps.</remarks>
    public async Task BeatAsync(CancellationToken ct)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        // Nobody waits for a beat: neither its disk nor a synchronous standby, which would let a stuck one stop the beats of
        // the others. The log's order is what counts.
        await connection.ExecuteAsync(new CommandDefinition("""
            update analytics.heartbeat as h set beat_at = clock_timestamp()
            from (select set_config('synchronous_commit', 'off', true)) as unwaited
            where h.one and h.beat_at not between clock_timestamp() - interval '0.75 s' and clock_timestamp()
            """, cancellationToken: ct));
    }
}

// What stood in core when a round began, as operations: a failing round can be replayed without those before it.
using System.Data;
using Analytics.Gql.Differential.Operations;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Differential.Running;

public static class Beginning
{
    private static readonly string[] Tables = ["users", "exercises", "sessions", "sets"]; // parents first

    /// <summary>One operation a row, and a full refresh, which every round begins after or could have.</summary>
    public static async Task<IReadOnlyList<Operation>> OfAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = new List<string>();
        foreach (var table in Tables)
            rows.AddRange(await connection.QueryAsync<string>($"""
                select format('insert into core.{table} select * from json_populate_record(null::core.{table}, %L) '
                              || 'on conflict do nothing', row_to_json(t)::text)
                from core.{table} as t
                """));
        return
        [
            .. rows.Select(row => new Transaction(IsolationLevel.ReadCommitted, [row], RollsBack: false)),
            new FullRefreshRun(),
        ];
    }
}

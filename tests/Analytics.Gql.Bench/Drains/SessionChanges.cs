// Changes random sessions the way an app does: the weight of one working set each.
using Analytics.Gql.Bench.Loading;
using Dapper;

namespace Analytics.Gql.Bench.Drains;

internal sealed class SessionChanges(BenchDatabase database, int seed)
{
    // The second of its ten sets; the first is a warm-up.
    private const int Set = 1;
    private readonly Random _random = new(seed);

    /// <summary>Changes that many sessions in one commit.</summary>
    /// <returns>How many there were: a few that were drawn may be gone.</returns>
    public async Task<int> ChangeAsync(int sessions, CancellationToken ct)
    {
        var drawn = new HashSet<long>();
        while (drawn.Count < sessions)
            drawn.Add(_random.Next(database.Size.Sessions));
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition("""
            update core.sets
            set weight_kg = coalesce(weight_kg, 20) % 300 + 0.5
            where set_id = any (array(select md5('set:' || (n * @SetsPerSession + @Set))::uuid from unnest(@drawn) as n))
            """, new { BenchSize.SetsPerSession, Set, drawn = drawn.ToArray() }, cancellationToken: ct));
    }
}

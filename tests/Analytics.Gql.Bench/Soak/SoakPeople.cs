// Who trains in a soak, and who does what to them.
using Analytics.Gql.Bench.Loading;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Soak;

/// <param name="All">The heavy ones first, as <see cref="BenchSize"/> says.</param>
/// <param name="LastDay">Of the data.</param>
internal sealed record SoakPeople(Guid[] All, DateOnly LastDay)
{
    private const int MostWritten = 50;

    /// <summary>The fewest with whom each part has enough.</summary>
    public const int Fewest = 40;

    /// <summary>Nobody writes to them: what is asked of them twice has often not changed.</summary>
    public Guid[] Quiet => All[..(All.Length / 3)];

    /// <summary>Only whoever checks that answers are honest writes to them.</summary>
    public Guid[] Watched => All[(All.Length / 3)..(2 * All.Length / 3)];

    /// <summary>The writers' sessions are theirs: few, so that something of each is drained every few seconds.</summary>
    public Guid[] Written => All[(2 * All.Length / 3)..][..Math.Min(MostWritten, All.Length / 3)];

    public static async Task<SoakPeople> ReadAsync(NpgsqlDataSource database, BenchSize size, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var users = await connection.QueryAsync<Guid>(
            "select md5('user:' || n)::uuid from generate_series(0, @last) as n", new { last = size.Users - 1 });
        var lastDay = await connection.ExecuteScalarAsync<DateTime>("select max(started_at) from core.sessions");
        return new SoakPeople([.. users], DateOnly.FromDateTime(lastDay));
    }
}
